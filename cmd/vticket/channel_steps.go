package main

import (
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/zalo"
)

// channelSetting is one variable of a channel, and where a person gets what belongs into it.
type channelSetting struct {
	name, value string
	needed      bool
	where       string
}

const (
	wherePublic = "địa chỉ https mà mọi người vào hệ thống này, ví dụ https://1022.example.vn."
	whereRandom = "tự đặt một chuỗi ngẫu nhiên, ví dụ bằng lệnh: openssl rand -hex 32"
)

// channelSettings are the variables of a channel, in the order in which they are had.
func (c Config) channelSettings(name string) []channelSetting {
	joined := func(list []string) string { return strings.Join(list, ",") }
	switch name {
	case telegram.Name:
		return []channelSetting{
			{
				"TELEGRAM_BOT_TOKEN", c.TelegramToken, true,
				"nhắn cho BotFather trên Telegram để tạo bot, rồi chép token BotFather trả về.",
			},
			{"TELEGRAM_WEBHOOK_SECRET", c.TelegramSecrets, c.PublicURL != "", whereRandom},
			{"PUBLIC_URL", c.PublicURL, false, wherePublic},
		}
	case zalo.BotName:
		return []channelSetting{
			{"ZALO_BOT_TOKEN", c.ZaloBotToken, true, "tạo bot tại bot.zaloplatforms.com, rồi chép token của bot."},
			{"ZALO_BOT_SECRET", joined(c.ZaloBotSecrets), c.PublicURL != "", whereRandom + " (8 đến 256 ký tự)"},
			{"PUBLIC_URL", c.PublicURL, false, wherePublic},
		}
	case facebook.Name:
		return []channelSetting{
			{"PUBLIC_URL", c.PublicURL, true, wherePublic},
			{"FB_PAGE_ID", c.FacebookPage, true, "mã số (id) của Page."},
			{"FB_APP_SECRET", joined(c.FacebookSecrets), true, "app secret của app (loại Business) đã nối với Page."},
			{
				"FB_PAGE_TOKEN", c.FacebookToken, true,
				"Page access token dài hạn, lấy từ một system user, với các quyền " + facebookPermissions + ".",
			},
			{"FB_VERIFY_TOKEN", c.FacebookVerify, true, whereRandom},
			{"FB_APP_ID", c.FacebookApp, false, ""},
		}
	default:
		return []channelSetting{
			{"PUBLIC_URL", c.PublicURL, true, wherePublic + " Zalo không nhận tên miền kèm số cổng."},
			{
				"ZALO_APP_ID", c.ZaloAppID, true,
				"mở developers.zalo.me, vào app của đơn vị (chưa có thì tạo), chép app_id.",
			},
			{"ZALO_APP_SECRET", c.ZaloAppSecret, true, "cũng ở app đó, chép secret key của app."},
			{
				"ZALO_OA_ID", c.ZaloOA, true,
				"mã số (id) của Official Account đã xác thực; quản trị viên của OA biết mã này.",
			},
			{
				"SECRETS_KEY", joined(c.SecretsKey), true,
				"khoá để cất token của Zalo trong cơ sở dữ liệu; tạo bằng lệnh: openssl rand -base64 32",
			},
			{"ZALO_OA_SECRET_KEY", joined(c.ZaloSecrets), false, ""},
			{"ZALO_PKCE_VERIFIER", c.ZaloVerifier, false, ""},
			{"ZALO_VERIFIER_PATH", c.ZaloPath, false, ""},
		}
	}
}

const facebookPermissions = "pages_messaging, pages_manage_metadata, pages_read_engagement, pages_show_list"

// console prints what can only be done in a platform's console. Telegram and the Zalo Bot platform have nothing of the
// kind.
func (s *setup) console() error {
	switch s.name {
	case zalo.OAName:
		return s.zaloConsole()
	case facebook.Name:
		s.facebookConsole()
	}
	return nil
}

// zaloEvents are those of an Official Account's webhook that we read (channels.md §2.4). Events of people who have not
// signed in to Zalo are not among them: they cannot be answered from here.
var zaloEvents = []string{
	"user_send_text", "user_send_image", "user_send_link", "user_send_audio", "user_send_video", "user_send_file",
	"user_send_sticker", "user_send_location", "user_send_business_card", "user_submit_info", "follow", "unfollow",
	"user_click_chatnow", "user_reacted_message", "user_seen_message", "user_received_message", "oa_send_text",
	"oa_send_image", "oa_send_gif", "oa_send_list", "oa_send_file", "oa_send_sticker", "user_withdraw",
	"change_template_status", "change_template_quality", "change_oa_daily_quota", "change_oa_template_quota",
}

// zaloConsole prints the steps in Zalo's console, in the order in which they work (channels.md §2.1).
func (s *setup) zaloConsole() error {
	c, address := s.config, s.config.webhookAddress(zalo.OAName)
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return err
	}
	if c.ZaloURL == zaloURL && (u.Scheme != "https" || u.Port() != "") {
		s.fail("put the address on port 443", "PUBLIC_URL must be https without a port: Zalo takes no other webhook")
	}
	s.head("Việc phải làm trên developers.zalo.me (Zalo không cho chương trình làm thay):")
	s.step("Kích hoạt app. App chưa kích hoạt thì Zalo báo lỗi -209 hoặc -14002.")
	s.step(`Đăng ký sản phẩm "Official Account API" cho app. Thiếu thì Zalo báo lỗi -212.`)
	s.domainStep(u.Hostname())
	s.step(`"Official Account Callback Url": %s/consent`, address)
	s.challengeStep()
	s.step("Chọn các nhóm quyền app cần. Sau này đổi nhóm quyền thì quyền OA đã cấp mất hiệu lực, phải cấp lại.")
	s.step("Webhook URL: %s", address)
	s.more(`Nếu "OA Secret Key" ở trang webhook khác secret key của app, đặt ZALO_OA_SECRET_KEY bằng khoá đó.`)
	s.step("Bật từng sự kiện sau ở trang webhook:")
	for _, event := range zaloEvents {
		s.more("- %s", event)
	}
	s.step(`Để TẮT bộ lọc chỉ nhận tin bắt đầu bằng "#".`)
	return s.consentStep()
}

func (s *setup) domainStep(host string) {
	if s.config.ZaloPath != "" {
		s.step("Xác thực tên miền %s: Zalo sẽ tải https://%s/%s", host, host, s.config.ZaloPath)
		return
	}
	s.step("Xác thực tên miền %s: Zalo đưa một tệp tên như zalo_verifierABC.html. Đặt tên tệp vào", host)
	s.more("ZALO_VERIFIER_PATH, nội dung tệp vào ZALO_VERIFIER_CONTENT, khởi động lại vticket serve, rồi xác thực.")
}

// challengeStep prints the code challenge. Without a verifier one is made, which counts once it is in the environment.
func (s *setup) challengeStep() {
	consent := s.stack.consent
	if consent.Verifier == "" {
		raw := make([]byte, 32)
		_, _ = rand.Read(raw) // never fails (crypto/rand)
		consent.Verifier = base64.RawURLEncoding.EncodeToString(raw)
		s.step("Thêm dòng sau vào môi trường (dòng này là bí mật), khởi động lại vticket serve, chạy lại lệnh này:")
		s.more("ZALO_PKCE_VERIFIER=%s", consent.Verifier)
	}
	s.step(`"Code Challenge": %s`, consent.Challenge())
}

// consentStep prints the link by which the account's administrator lets our app act for it.
func (s *setup) consentStep() error {
	if s.config.ZaloVerifier == "" {
		s.step("Đường dẫn cấp quyền sẽ hiện ở đây khi đã có ZALO_PKCE_VERIFIER.")
	} else {
		link, err := s.stack.consentLink()
		if err != nil {
			return err
		}
		s.step("Quản trị viên của OA mở đường dẫn này trong 24 giờ và đồng ý:")
		s.more("%s", link)
		s.more("Đã cấp quyền rồi thì chỉ làm lại khi mất quyền.")
	}
	s.more(`Cách khác: lấy một cặp token bằng "API Explorer", rồi đưa vào lệnh: vticket channel token zalo`)
	return nil
}

// facebookConsole prints the steps in the console of the app (channels.md §4.1, §4.2).
func (s *setup) facebookConsole() {
	s.head("Việc phải làm trong app trên developers.facebook.com (Facebook không cho chương trình làm thay):")
	s.step("Ở phần Messenger, Webhooks của app (đối tượng page), lưu:")
	s.more("Callback URL: %s", s.config.webhookAddress(facebook.Name))
	s.more("Verify token: giá trị của FB_VERIFY_TOKEN")
	s.step("Chọn các trường sau:")
	for _, field := range facebook.Fields() {
		s.more("- %s", field)
	}
	s.step("Xin App Review các quyền %s.", facebookPermissions)
	s.more("Trước khi được duyệt, chỉ người có vai trò trong app nhắn được với Page.")
	s.step(`Xin thêm "Human Agent": câu trả lời do cán bộ viết sẽ gửi được trong 7 ngày thay vì 24 giờ.`)
	s.step("Nếu dùng mẫu tin đã duyệt (FB_TEMPLATES): xin quyền page_utility_messaging.")
	if s.config.FacebookApp == "" {
		s.step("Đặt FB_APP_ID bằng id của app để lệnh này và doctor thấy được webhook.")
	}
}

// head says what the numbered steps after it are about; they begin with 1.
func (s *setup) head(line string) {
	s.steps = 0
	s.line(line)
}
