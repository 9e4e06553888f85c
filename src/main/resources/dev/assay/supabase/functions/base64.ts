const bytes = (given: string | Uint8Array | ArrayBuffer) =>
  typeof given === "string" ? new TextEncoder().encode(given) : new Uint8Array(given);

export function encodeBase64(given: string | Uint8Array | ArrayBuffer): string {
  let binary = "";
  for (const byte of bytes(given)) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary);
}

export function decodeBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

export function encodeBase64Url(given: string | Uint8Array | ArrayBuffer): string {
  return encodeBase64(given).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function decodeBase64Url(base64: string): Uint8Array {
  return decodeBase64(base64.replaceAll("-", "+").replaceAll("_", "/"));
}

export const encode = encodeBase64;
export const decode = decodeBase64;
