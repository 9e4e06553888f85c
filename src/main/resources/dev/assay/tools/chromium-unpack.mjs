// Unpacks what @sparticuz/chromium packs: the program, its libraries and its fonts, into the folder that is named.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
// The package unpacks into the temporary folder, whichever that is when it is asked.
process.env.TMPDIR = folder;
const { inflate } = await import("@sparticuz/chromium");
const packed = join(folder, "node_modules/@sparticuz/chromium/bin");
for (const name of ["chromium.br", "al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"]) {
  await inflate(join(packed, name));
}
chmodSync(join(folder, "chromium"), 0o755);
// Its own looks for the fonts where they are not.
writeFileSync(
  join(folder, "fonts/fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`,
);
