const text = new TextDecoder();
const bytes = (given: string | Uint8Array | ArrayBuffer) =>
  typeof given === "string" ? new TextEncoder().encode(given) : new Uint8Array(given);

export function encodeHex(given: string | Uint8Array | ArrayBuffer): string {
  return Array.from(bytes(given), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function decodeHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || /[^0-9a-f]/i.test(hex)) {
    throw new TypeError(`Not a text of hexadecimal digits in pairs: ${hex}`);
  }
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// The names and forms of before 0.200: bytes in, bytes out.
export function encode(given: Uint8Array): Uint8Array {
  return bytes(encodeHex(given));
}

export function decode(hex: Uint8Array): Uint8Array {
  return decodeHex(text.decode(hex));
}

export const encodeToString = encodeHex;
export const decodeString = decodeHex;
