package main

// demoWard is a quarter in which the demo's reports are: a point near its middle, and streets that it really has.
type demoWard struct {
	Name     string
	Lat, Lon float64
	Streets  []string
}

// demoWards lists wards of Ho Chi Minh City; the first ones get more reports than the last ones.
func demoWards() []demoWard {
	return []demoWard{
		{"Sài Gòn", 10.7800, 106.7000, []string{"Nguyễn Huệ", "Lê Thánh Tôn", "Hai Bà Trưng", "Pasteur"}},
		{"Trung Mỹ Tây", 10.8580, 106.6195, []string{"Tô Ký", "Nguyễn Ảnh Thủ", "Trung Mỹ Tây 13"}},
		{"Bến Thành", 10.7705, 106.6915, []string{"Nguyễn Trãi", "Lê Lai", "Cống Quỳnh", "Phạm Ngũ Lão"}},
		{"Bình Thạnh", 10.8090, 106.7020, []string{"Phan Văn Trị", "Nơ Trang Long", "Lê Quang Định", "Bùi Đình Túy"}},
		{"Thạnh Mỹ Tây", 10.8000, 106.7190, []string{"Điện Biên Phủ", "D2", "Ung Văn Khiêm", "Xô Viết Nghệ Tĩnh"}},
		{"Gò Vấp", 10.8395, 106.6690, []string{"Quang Trung", "Nguyễn Văn Lượng", "Lê Văn Thọ", "Thống Nhất"}},
		{"Thủ Đức", 10.8415, 106.7605, []string{"Võ Văn Ngân", "Kha Vạn Cân", "Đặng Văn Bi", "Dương Văn Cam"}},
		{"Tân Bình", 10.8005, 106.6405, []string{"Trường Chinh", "Hoàng Hoa Thám", "Ấp Bắc", "Cộng Hòa"}},
		{"Chợ Lớn", 10.7510, 106.6590, []string{"Hồng Bàng", "Châu Văn Liêm", "Hải Thượng Lãn Ông"}},
		{"Phú Nhuận", 10.7915, 106.6720, []string{"Phan Đình Phùng", "Huỳnh Văn Bánh", "Lê Văn Sỹ", "Trần Huy Liệu"}},
		{"Hạnh Thông", 10.8210, 106.6800, []string{"Nguyễn Kiệm", "Nguyễn Thái Sơn", "Phạm Văn Đồng", "Lê Lợi"}},
		{"Bình Tân", 10.7905, 106.5905, []string{"Nguyễn Thị Tú", "Quách Điêu", "Vĩnh Lộc", "Nguyễn Thị Đặng"}},
		{"Tân Hưng", 10.7395, 106.7010, []string{"Nguyễn Thị Thập", "Lê Văn Lương", "Trần Xuân Soạn"}},
		{"Khánh Hội", 10.7600, 106.7005, []string{"Hoàng Diệu", "Khánh Hội", "Bến Vân Đồn", "Đoàn Văn Bơ"}},
		{"An Khánh", 10.7905, 106.7300, []string{"Trần Não", "Lương Định Của", "Mai Chí Thọ", "Nguyễn Quý Đức"}},
		{"Diên Hồng", 10.7700, 106.6600, []string{"Lý Thường Kiệt", "Tô Hiến Thành", "Nguyễn Tri Phương"}},
	}
}

// demoNames are the parts of the names of callers and colleagues.
var demoNames = struct{ Family, Middle, Given []string }{
	[]string{
		"Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý",
	},
	[]string{"Thị", "Văn", "Minh", "Ngọc", "Thanh", "Hữu", "Quốc", "Thu", "Kim", "Đức", "Hoàng", "Mỹ"},
	[]string{
		"An", "Bình", "Châu", "Dung", "Giang", "Hà", "Hạnh", "Hiếu", "Hoa", "Hùng", "Hương", "Khánh", "Lan", "Linh",
		"Long", "Mai", "Nam", "Nga", "Phúc", "Phương", "Quân", "Sơn", "Tâm", "Thảo", "Trang", "Tú", "Tuấn",
		"Vân", "Yến",
	},
}
