package places

import (
	_ "embed" // the lists of names
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

//go:embed streets.txt
var streetNames string

//go:embed landmarks.txt
var landmarkNames string

//go:embed districts.csv
var districtCodes string

// longestName is the most words that a name has.
const longestName = 6

// gazetteer is what we know of names: where they end, and of which syllables they are made.
type gazetteer struct {
	streets, places, districts map[string]bool // folded; places holds the others too
	syllables                  lexicon
}

// known returns the gazetteer, made at its first use.
var known = sync.OnceValue(func() *gazetteer {
	g := &gazetteer{streets: map[string]bool{}, places: map[string]bool{}, districts: map[string]bool{}}
	var all []string
	for line := range strings.Lines(streetNames) {
		if !strings.HasPrefix(line, "#") {
			g.streets[folded(split(norm.NFC.String(line)))] = true
			all = append(all, line)
		}
	}
	for line := range strings.Lines(landmarkNames) {
		if !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	for line := range strings.Lines(units + districtCodes) {
		cells := strings.Split(line, ",")
		_, name := districtName(cells[0])
		switch {
		case strings.HasPrefix(line, "#") || cells[0] == "code" || cells[0] == "district":
		case len(cells) > 3:
			all = append(all, cells[2])
		case !strings.ContainsAny(name, "0123456789"):
			all = append(all, name)
			g.districts[folded(split(norm.NFC.String(name)))] = true
		}
	}
	for _, name := range all {
		g.places[folded(split(norm.NFC.String(name)))] = true
	}
	g.syllables = newLexicon(append(all, moreSyllables)...)
	return g
})

func folded(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.fold)
	}
	return b.String()
}

// moreSyllables are those of names that no list of ours has.
const moreSyllables = `
	ái anh ánh ẩn ân ba bá bách bạch bàu bảo bảy bắc bằng bến bích biên bình bửu bưởi cảnh cẩm cẩn cần
	cát cầu châu chánh chí chiêu chiểu chuẩn chương cơ cúc cung cường danh dân diễm diệu doanh du dung dũng duyên
		duy
	dự dương đài đại đàn đàm đán đạt đào đạo đăng đặng đẩu đệ điền điểm định đình đoàn đỗ đồng đông đôn đức giang
		giao
	giáp gia giác hà hạ hải hán hàng hạnh hào hảo hân hiên hiến hiền hiển hiệp hiếu hoa hoan hoàn hoàng hoành hoằng
		hòa
	học hồ hồng hội huân huệ hùng huy huyền huỳnh hưng hương hữu kha khải khang khánh khê khiêm khoa khoan khôi
		khương
	kiên kiệt kiều kim kính kỳ kỷ lạc lai lãm lam lan lăng lâm lân lập lễ lê liên liễu linh lĩnh long lộc lợi luận
		lượng
	lương lưu lý mạc mạnh mẫn mậu miên miếu minh mộc mơ mỹ nam nghi nghị nghĩa nghiêm ngọc ngô ngộ nguyên nguyễn
		nguyệt
	nhã nhân nhàn nhẫn nhất nhật nhị nhơn nhu nhuận ninh oai oanh phạm phan phát phi phong phú phúc phụng phùng
		phước
	phương phượng quan quán quang quảng quân quế quới quốc quý quyên quyền quyết quỳnh sa sen sinh soạn sơn sung
		suối sử
	sỹ tài tám tam tạo tâm tân tấn tất tây thạch thái thanh thành thạnh thảo thắng thân thế thi thị thiên thiện
		thiệu
	thịnh thọ thoại thông thống thới thuận thuật thục thúc thủy thụy thư thường thượng tiên tiến tín tính tình toàn
		toản
	tông tôn trà trạch trang tráng trâm trần trí trị triều triệu trinh trịnh trọng trung trúc trường trương tú tuấn
		tuệ
	tùng tuyên tuyến tuyết từ tự tường tửu tỵ ung út uyên vạn văn vân viên viễn viện việt vinh vĩnh võ vũ vượng
		vương
	xá xuân xuyên yên yến`

// The lists are written with accents; they are read without them too where the text has none.
var (
	// stops cannot be part of a name in words without capitals.
	stops = newLexicon(`bị có đang đã tắt hư hỏng bể vỡ ngập rác xả nước mất rồi gần kế cạnh bên phường xã quận p q
		làm không ko k
		và thì là nguy nhiều to rất cả mấy từ hôm tối sáng chiều trưa xe người ổ nên cho để đêm suốt ai giúp này kia
		đó đây ở tại
		với vô vào ra lên xuống qua lại tới đến về trước sau trong ngoài trên dưới giữa đi đứng chạy đậu đỗ bán buôn
		quá lắm
		luôn hoài hoặc mà nhưng vì do bởi tuần ngày tháng năm giờ phút lúc khi nay mai giờ vẫn chưa chẳng đừng xin
		nhờ mong
		sửa dọn dẹp xử xem coi kiểm tra hết cái con chiếc một hai ba 1 2 3 nhà tôi em mình dân bà ông cô chú anh chị
		bác
		cháu bé mọi ae ad admin đèn đường hẻm ngõ cột trụ dây cáp cống nắp hố ga cây nhánh hôi thối mùi khói bụi ồn
		karaoke
		loa tiếng chó mèo ruồi muỗi lề vỉa hè lòng mặt gồ ghề xấu lún sụp sụt nứt lở hở gãy đổ ngã nghiêng rớt rơi
		tràn
		chảy đọng tắc nghẹt kẹt ùn bít chặn chắn lấn chiếm bừa bãi bậy liên tục thường xuyên tù mù om tối thui nhấp
		nháy chớp
		được dc đc hok hông kg hong ngay chỗ khúc đoạn hướng dài rộng sâu cao thấp lớn nhỏ toàn đầy đống bao bịch
		túi chất
		cty công an ubnd cháy nổ khét trộm cướp giật đánh nhau nhậu say hút chích tụ tập lâu mới vừa cũng nữa hả ạ
		nha nhé
		nè á vậy sao gì nào đâu nguyên sát rung chuyển hàng đào lấp thi tường mái phơi phóng nhanh ẩu tông va té
		chết bị thương máy
		sống thả rong tấn tải cúp điện internet wifi mạng yếu rò rỉ phun trào dơ bẩn đục vàng đỏ xanh phải trái cấm
		km mét cm tp thành phố huyện thị trấn khu ấp tổ kp cần phản ánh báo cáo gọi thu phí tiền chờ mở đóng khóa
		cửa sập nguồn
		the is are was at in on near has have no not and very for since street road with of to
		nhieu lam qua roi hu bi`)

	// measures follow numbers that count something: "3 ngày", "2 người" are no house numbers.
	measures = newLexicon(`đứa bé trẻ em anh chị ông bà ba cô chú cháu tấn chỗ vụ ngày giờ g h tuần tháng năm người
		cái con chiếc xe lần lượt mét m
		km cm tầng lầu phòng phút giây cây bóng bong trụ ca nhà căn hôm đêm bao bịch cột lít triệu tr ngàn nghìn tỷ
		k đồng đ vnd
		nắp hố ổ cống đèn lỗ khúc đoạn đống thùng bên chiều làn dãy hộ gia học sinh nhân thanh niên thằng nhóm đám
		tiệm quán
		chung đời lớp cấp loại kg ký g tiếng bữa tối sáng trưa chiều đầu mạng vợ cháu mạch dây pha hàng lớn nhỏ phần
		nơi điểm
		sao bước nhiệm số mũi trường trang điều khoản cuộc days hours people years cars times months weeks meters
		bulbs lamps`)

	// before a number these say that it is none of a house.
	notHouse = newLexicon(`ngày mùng mồng lúc tháng năm tuyến xe buýt bus chuyến phường p quận q tổ kp phố ấp khóm
		lô block tầng lầu
		phòng lớp cấp mã sđt sdt đt zalo km khoảng hơn thứ tháng tối sáng chiều trưa hôm đúng bến trạm cột trụ đội
		hotline
		cỡ chừng tầm quý mỗi giá phạt còn được cổng thửa line route trong từ lớp top ca kênh đài f`)

	// leads stand before a place and belong to its address: "trước", "đối diện", "số".
	leads = newLexicon(`trước sau đối diện gần cạnh kế bên hông đầu cuối giữa trong dưới chân dốc gầm cổng miệng
		vách sát số nhà sn
		cặp dọc near opposite behind ngoài`)

	// before a kind of landmark they say that it is where something is.
	prepositions = newLexicon(`trước sau đối diện gần cạnh kế bên hông đầu cuối giữa trong dưới trên chân dốc gầm
		cổng sát ở tại ngay khúc đoạn
		chỗ cặp dọc tường phía khu ra vào tới đến từ qua near opposite behind`)

	joiner   = newLexicon("xẹt xuyệt xuyêt xẹc sẹc xéc xét xẹt sẹt xược xiệc trên sec suyệt")
	crossed  = newLexicon("với và giao cắt x and")
	streetNo = newLexicon("số so no")
)

// Expressions by what they say.
var (
	streetKinds = newPhrases(map[string]string{
		"": "đường,đ,đg,dg,đườg,đừơng,phố,lộ,str",
		"city": "đại lộ,quốc lộ,ql,tỉnh lộ,tl,hương lộ,hl,xa lộ,liên tỉnh lộ,cao tốc,đường cao tốc,đường tỉnh," +
			"đt,đường quốc lộ," +
			"đường xa lộ,đường đại lộ,đường trục,đường tỉnh lộ,đường hương lộ",
		"alley": "đường nội bộ,đường liên ấp,đường liên tổ",
	})
	alleyKinds = newPhrases(map[string]string{
		"": "hẻm,hẽm,hem số,hẻm số,ngõ,ngõ số,ngách,kiệt,kiệt số,h,alley,con hẻm",
	})
	alleyWords = newPhrases(map[string]string{
		"": "hẻm,hẽm,trong ngõ,con ngõ,ngách,con kiệt,đường nội bộ,đường tổ,đường ấp,đường làng,đường liên ấp," +
			"đường liên tổ,alley",
	})
	crossingKinds = newPhrases(map[string]string{
		"named": "ngã ba,ngã tư,ngã năm,ngã sáu,ngã bảy,ngã 3,ngã 4,ngã 5,ngã 6,ngã 7,ngả ba,ngả tư,ngả 3,ngả 4," +
			"vòng xoay,vòng xuyến," +
			"bùng binh,nút giao,nút giao thông,roundabout,intersection",
		"two": "giao lộ,giao lộ giữa,nơi giao nhau giữa,chỗ giao nhau giữa,giao nhau giữa,intersection of," +
			"nút giao giữa",
		"quiet": "góc,góc đường,corner of,ngay giao,đoạn giao,chỗ giao,giao giữa",
	})
	quarterKinds = newPhrases(map[string]string{
		"": "tổ,tổ dân phố,tdp,khu phố,kp,ấp,khóm,thôn,tổ nhân dân",
	})
	// wide: too long or too large to be a place for a crew. office: named after its unit. chain: one of many.
	landmarkKinds = newPhrases(map[string]string{
		"sure": "chợ,chợ đầu mối,cầu,cầu vượt,cầu bộ hành,cầu đi bộ,cầu sắt,cầu chữ,hầm chui,hầm,trường," +
			"trường tiểu học,trường thcs,trường thpt,trường mầm non," +
			"trường mẫu giáo,trường đại học,trường cao đẳng,trường cấp 1,trường cấp 2,trường cấp 3," +
			"trường trung học,trường trung học cơ sở," +
			"trường trung học phổ thông,tiểu học,thcs,thpt,mầm non,đại học,đh,chùa,tịnh xá,nhà thờ,giáo xứ,đình," +
			"miếu,lăng,thánh thất," +
			"bệnh viện,bv,phòng khám,chung cư,cc,cao ốc,tòa nhà,cư xá,bến xe,bến phà,phà,bến tàu,bến đò,ga," +
			"nhà ga,ga metro,ga tàu,trạm metro,trạm xe buýt," +
			"nhà chờ xe buýt,nhà chờ,trạm thu phí,sân bay,công viên,siêu thị,trung tâm thương mại,tttm," +
			"khách sạn,nhà hàng,cây xăng,trạm xăng," +
			"cửa hàng xăng dầu,sân vận động,svđ,nhà văn hóa,nhà thiếu nhi,trung tâm văn hóa,bưu điện," +
			"nghĩa trang,bảo tàng,thư viện," +
			"rạp,rạp chiếu phim,nhà máy,tượng đài,công trường,quảng trường,hồ bơi,nhà sách,nhà thi đấu," +
			"trại giam,trường mần non",
		"office": "ubnd,uỷ ban,ủy ban,ủy ban nhân dân,uỷ ban nhân dân,ub,công an,ca,đồn công an,trụ sở công an," +
			"trạm y tế,trung tâm y tế,trung tâm hành chính," +
			"trụ sở ubnd,nhà văn hóa phường,công viên phường",
		"industry": "kcn,khu công nghiệp,kcx,khu chế xuất,cụm công nghiệp,ccn",
		"wide": "kênh,rạch,sông,hồ,bờ kênh,bờ kè,bờ sông,khu dân cư,kdc,khu đô thị,kđt,khu tái định cư," +
			"khu công nghệ cao,suối,cù lao,khu nhà ở,khu lưu trú,làng đại học",
		"chain": "ngân hàng,tiệm,quán,quán cà phê,quán cafe,quán ăn,tiệm thuốc,nhà thuốc,nhà thuốc tây," +
			"tiệm vàng,tiệm tạp hóa,tiệm sửa xe,tiệm hớt tóc,quán nhậu,quán cơm,quán phở,quán bún,quán karaoke," +
			"bida,quán bida,cửa hàng,shop,tạp hóa,công ty,cty,nhà trọ,khu trọ,vựa,xưởng,kho",
	})
	// notKinds are expressions that only begin or end like a kind of landmark.
	notKinds = newPhrases(map[string]string{
		"": "yêu cầu,nhu cầu,toàn cầu,cầu thang,cầu dao,cầu cứu,cầu tiêu,cầu mong,cầu xin,thị trường,môi trường," +
			"công trường xây dựng,công trường thi công," +
			"hiện trường,trường hợp,lập trường,nông trường,xe ga,bếp ga,bình ga,hố ga,đồng hồ,hồ sơ,hồ cá," +
			"gia đình,đình chỉ,đình công,sân ga,nhà hàng xóm,ca nhạc," +
			"ca trực,ca sĩ,ca sáng,ca tối,ca đêm,ca chiều,quan tâm,cơ quan,quan trọng,liên quan,tổ chức,hầm cầu," +
			"rút hầm,hầm xe,hầm cống,hầm ga,tổ trưởng,tổ dân," +
			"bao nhiêu,sông nước,lăng quăng,xa lộ giới,lăng mạ,đại học nào,trường học,bảo hiểm,phà khói," +
			"phóng viên,rạp cưới,rạp đám cưới,đám cưới,hồ chí minh",
	})
	// notStreets follow the word for a street and are none.
	notStreets = newPhrases(map[string]string{
		"": "ray,ống,dây,đi,xá,nhựa,đất,bê tông,mòn,huyết,truyền,sắt,bộ,thủy,hàng không,chính,lớn,nhỏ,phố,này," +
			"hoa,một chiều,hai chiều,2 chiều,1 chiều,trơn,lầy,cụt,hẹp,cong," +
			"dẫn,chân trời,dằn,xóc,sá,cái,con,bờ,bao,vắng,sình,ngập,hư,xấu,tối,kẹt,cấm,biên giới,link,dây nóng,lún",
	})
)
