// Takes what the pages use out of node_modules into static/vendor, which is embedded when the program is built.
// The pages work without it.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";

const to = "static/vendor";
rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });

for (const file of ["leaflet.js", "leaflet.css"]) cpSync(`node_modules/leaflet/dist/${file}`, `${to}/${file}`);

// The two subsets and the two weights that the pages have words in.
const ranges = {
  vietnamese: "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304," +
    "U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB",
  latin: "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193," +
    "U+2212,U+2215,U+FEFF,U+FFFD",
};
let sheet = "";
for (const [subset, range] of Object.entries(ranges)) {
  for (const weight of [400, 600]) {
    const file = `be-vietnam-pro-${subset}-${weight}-normal.woff2`;
    cpSync(`node_modules/@fontsource/be-vietnam-pro/files/${file}`, `${to}/${file}`);
    sheet += `@font-face{font-family:"Be Vietnam Pro";font-weight:${weight};font-display:swap;` +
      `src:url(${file}) format("woff2");unicode-range:${range}}\n`;
  }
}
writeFileSync(`${to}/font.css`, sheet);
