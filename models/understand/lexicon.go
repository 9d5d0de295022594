package understand

import "strings"

// stopWords say nothing about what a report is about.
//
//nolint:gosec // words, not credentials
const stopWords = `là thì mà và với của cho các những một cái con này kia đó ở tại trong trên dưới từ tới đến đi lại
ra vào vô lên xuống rồi đã đang sẽ cũng còn nữa hay hoặc nhưng vì nên bị được có không chưa quá lắm rất nhiều ai gì
sao đâu nào tôi em anh chị mình chúng ta bạn cô chú bác xin nhờ giúp vui lòng dùm giùm ạ dạ nha nhé nghe với ơi nhà
đường phường quận xã hẻm số người dân trước sau gần cạnh khu phố tổ ấp ngày đêm sáng trưa chiều tối giờ tháng năm
hôm nay qua mấy hai ba lần hoài luôn suốt mỗi cả toàn hết bên cần bao lâu thấy làm để về theo như muốn khi lúc nơi
chỗ việc the a an is are in on at of to and my our for not has have been there it this that with near`

// shorthand is how people type on a phone: the form, "=", what it means.
const shorthand = `ko=không k=không kg=không khg=không hok=không hong=không hông=không hem=không đc=được dc=được
đg=đường dg=đường p=phường q=quận kp=khu_phố tp=thành_phố bv=bệnh_viện nc=nước cty=công_ty cs=cơ_sở nv=nhân_viên
tx=tài_xế cc=chung_cư vs=với ng=người mn=mọi_người wa=quá wá=quá r=rồi z=vậy j=gì bt=bình_thường cx=cũng
ntn=như_thế_nào xm=xe_máy csgt=cảnh_sát_giao_thông hs=học_sinh gv=giáo_viên dvc=dịch_vụ_công sxh=sốt_xuất_huyết
hổng=không hỏng=hỏng khum=không hôg=không kh=không dt=điện_thoại sdt=số_điện_thoại sđt=số_điện_thoại trc=trước
bh=bây_giờ cg=cũng lm=làm nt=nhắn_tin zậy=vậy zị=vậy z=vậy zô=vô dô=vô dzô=vô zìa=về dìa=về bít=biết mik=mình
mk=mình ngta=người_ta bn=bao_nhiêu đag=đang dag=đang hnay=hôm_nay hqua=hôm_qua trg=trường gđ=gia_đình ck=chồng
vk=vợ nhìu=nhiều hùi=hồi wen=quen tr=trời đth=điện_thoại dth=điện_thoại bx=bến_xe bhx=bách_hóa_xanh
cv=công_viên gt=giao_thông ubnd=ủy_ban ub=ủy_ban đc=được ks=khách_sạn oto=ô_tô ôtô=ô_tô
attp=an_toàn_thực_phẩm vsattp=vệ_sinh_thực_phẩm vh=vỉa_hè tnxh=tệ_nạn_xã_hội tngt=tai_nạn_giao_thông bus=buýt`

// synonyms stand for each other inside a keyword: south and north, street and school.
const synonyms = `té, ngã, trượt té, trượt ngã
hẻm, ngõ, kiệt, ngách
xì, rò, rỉ, rò rỉ, chảy
bể, vỡ, nứt vỡ
nghẹt, tắc, tắc nghẽn, ngẹt
hư, hỏng, hư hỏng, không hoạt động, bị hư, trục trặc
đậu, đỗ, dừng đậu
cúp, cắt, mất
trụ, cột
nhánh, cành
xe hơi, ô tô, xe ô tô, xe con, xe bốn bánh
sụp, sập, lún, sụt, lở
rớt, rơi, rụng
bật gốc, trốc gốc, tróc gốc
đổ, ngã, gãy đổ, ngã đổ
dơ, bẩn
hôi, thúi, thối, hôi thối
vứt, quăng, xả, đổ, liệng
lấy rác, thu gom, gom rác, đổ rác
lấn, lấn chiếm, chiếm
ồn, ồn ào, ầm ĩ, om sòm, inh ỏi
heo, lợn
buýt, bus
vỉa hè, lề đường, hè phố
mở nhạc, bật nhạc
nẹt pô, rú ga
đánh nhau, đánh lộn, uýnh lộn, ẩu đả
la mắng, quát mắng, chửi, nạt nộ, cáu gắt, quát nạt
trễ, chậm, muộn
nghiêng, xiêu, ngả
mất, bị mất, biến mất, bị lấy mất
thòng, võng, chùng, sà
tối om, tối thui, tối hù, tối mịt
say xỉn, say rượu, nhậu say
mé, tỉa, cắt tỉa
hở, mở toang, bung, không đậy
điện giật, bị giật điện, giật điện
ma túy, hàng đá, chất cấm
bạc, cờ bạc, bài bạc
đất đá, cát đá
chặn, chắn, bít
xây, xây dựng, cất`

// lifeDanger is danger to life, whatever the category: the report becomes critical.
const lifeDanger = `điện giật, bị giật điện, tia lửa, tóe lửa, xẹt lửa, có lửa, bốc cháy, đang cháy,
phát nổ, nổ lớn, chết người, người chết, bất tỉnh, bị thương, mắc kẹt, chảy máu, cầm dao, hung khí,
mã tấu, đâm chém, đuối nước, chết đuối, ngạt khói, ngạt thở, xì gas, rò gas, khó thở, co giật, sập
nhà, bị đè, đè trúng người, đè người, đè lên người, lọt xuống cống, lọt cống, rớt xuống cống, té
xuống cống, người lọt xuống, chưa lên được, ngộp thở, không thở được, nhảy cầu, electric shock, on
fire, unconscious, injured, bleeding, trapped, gas leak, drowning, not breathing`

// selfHarm is what people say who may end their lives, or who write about somebody who may: critical, and a person
// answers. "Nóng muốn chết" is only the heat: what is alone said of oneself counts.
const selfHarm = `tự tử, tự sát, muốn nhảy cầu, em nhảy cầu, tôi nhảy cầu, đòi nhảy lầu, muốn nhảy lầu, em muốn
chết, tôi muốn chết, tui muốn chết, con muốn chết, cháu muốn chết, mình muốn chết, không muốn sống, hết muốn
sống, chán sống, uống thuốc ngủ, rạch tay, suicide, suicidal, kill myself, end my life, want to die`

// urgentDanger is harm that has happened or nearly so: the report becomes at least high.
const urgentDanger = `té xe, bị té, ngã xe, té ngã, bị ngã xe, suýt chết, suýt trúng, nguy hiểm tính mạng, sắp sập,
sắp đổ, có người té, vướng té, trẻ em té, nhập viện, cấp cứu gấp, gãy tay, gãy chân, fell off, almost hit`

// negations turn the danger that follows within two words into none.
const negations = `không chưa khỏi hết chẳng no not`

// nearWords begin a description of the place: what follows says where, not what.
const nearWords = `trước gần cạnh kế chân sau đầu cuối đối giữa near opposite behind`

func phrases(list string) []string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(list, "\n", " "), ",") {
		out = append(out, strings.TrimSpace(line))
	}
	return out
}
