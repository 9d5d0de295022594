// The words of the sandbox's page, and what it makes by itself.

export const names = { telegram: "Telegram", zalo: "Zalo OA", zalo_bot: "Zalo Bot", facebook: "Messenger" };

// Faults, and what was done without a message.
export const kinds = {
  throttled: "429 kèm Retry-After",
  broken: "502: cổng mạng hỏng",
  hang: "Treo: không trả lời",
  reset: "Nhận rồi đứt kết nối",
  token: "Mã truy cập hết hạn",
  window: "Hết hạn trả lời",
  blocked: "Người dân đã chặn",
  press: "Đã bấm",
  start: "Đã bấm Bắt đầu",
  follow: "Đã quan tâm tài khoản",
  unfollow: "Đã bỏ quan tâm",
  block: "Đã chặn",
  unblock: "Đã bỏ chặn",
};

// How a message was taken, and how long it may still be answered.
export const notes = {
  free: "Trả lời miễn phí", paid: "Trả lời tính phí", human: "Nhân viên trả lời",
  reply: "miễn phí", purchase_quota: "tính phí", template: "tin mẫu, tính phí", UTILITY: "tin mẫu",
  "MESSAGE_TAG HUMAN_AGENT": "của nhân viên", "private reply": "trả lời riêng cho bình luận",
};

export const places = [
  ["140 Tô Ký, phường Đông Hưng Thuận", "10.8389", "106.6293"],
  ["Chợ Bến Thành, phường Bến Thành", "10.7725", "106.6980"],
  ["Bưu điện Chợ Lớn, phường Chợ Lớn", "10.7510", "106.6590"],
  ["Vũng Tàu, ngoài nội thành", "10.3460", "107.0843"],
];

// el makes an element; attributes with a dash, and those that are no properties, are set as attributes.
export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.includes("-")) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

// samplePhoto draws a street with a hole in it, each time a little different.
export function samplePhoto() {
  const canvas = el("canvas", { width: 960, height: 720 });
  const draw = canvas.getContext("2d");
  const dice = (from, to) => from + Math.random() * (to - from);
  const sky = draw.createLinearGradient(0, 0, 0, 300);
  sky.addColorStop(0, `hsl(${dice(190, 220)} 50% 72%)`);
  sky.addColorStop(1, "#e9eef0");
  draw.fillStyle = sky;
  draw.fillRect(0, 0, 960, 720);
  for (let x = 0; x < 960; x += dice(90, 160)) {
    draw.fillStyle = `hsl(${dice(20, 50)} ${dice(15, 40)}% ${dice(55, 80)}%)`;
    const top = dice(90, 220);
    draw.fillRect(x, top, 150, 320 - top);
  }
  draw.fillStyle = "#6b6e70";
  draw.fillRect(0, 310, 960, 410);
  draw.fillStyle = "#d8d4c6";
  for (let x = 40; x < 960; x += 190) draw.fillRect(x, 500, 110, 12);
  const x = dice(250, 700), y = dice(430, 620);
  draw.fillStyle = "#2b2a28";
  draw.beginPath();
  draw.ellipse(x, y, dice(90, 170), dice(35, 70), dice(-.2, .2), 0, 7);
  draw.fill();
  draw.fillStyle = "#57718066";
  draw.beginPath();
  draw.ellipse(x, y + 8, 70, 24, 0, 0, 7);
  draw.fill();
  return new Promise(done => canvas.toBlob(
    blob => done(new File([blob], "anh-mau.jpg", { type: "image/jpeg" })), "image/jpeg", .85));
}
