package places

import "testing"

func TestNamed(t *testing.T) {
	x := approximate(t)
	for name, tt := range map[string]struct{ text, want string }{
		"with accents":                       {"140 Tô Ký, Phường Đông Hưng Thuận", "Phường Đông Hưng Thuận"},
		"without accents, in the middle":     {"truoc cho phuong dong hung thuan nha", "Phường Đông Hưng Thuận"},
		"the longer of two names":            {"Phường Tân Sơn Nhì", "Phường Tân Sơn Nhì"},
		"a name without its kind is a guess": {"đường Sài Gòn", ""},
		"two areas":                          {"giữa phường Sài Gòn và phường Tân Định", ""},
		"nothing":                            {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			area, ok := x.Named(tt.text)
			if ok != (tt.want != "") || ok && area.FullName != tt.want {
				t.Errorf("%q names %q (%v), not %q", tt.text, area.FullName, ok, tt.want)
			}
		})
	}
}
