// DSSE v1.0.2 (secure-systems-lab/dsse): what is signed is the pre-authentication encoding of a type and a body, so that
// no canonical form of JSON is needed and no signature over one type can pass for one over another.

/** `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`; lengths in bytes, in decimal. */
export function pae(type: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);
}

/**
 * What model_signing 0.2 signed by mistake: another version word, and the body as Python prints bytes. Only for reading
 * signatures of that release, and only when asked to.
 */
export function paeOfModelSigning02(type: string, body: Uint8Array): Buffer {
  let text = "";
  const quoteMark = body.includes(0x27) && !body.includes(0x22) ? '"' : "'";
  for (const byte of body) {
    const character = String.fromCharCode(byte);
    if (character === "\\" || character === quoteMark) text += `\\${character}`;
    else if (byte === 0x0a) text += "\\n";
    else if (byte === 0x0d) text += "\\r";
    else if (byte === 0x09) text += "\\t";
    else if (byte < 0x20 || byte > 0x7e) text += `\\x${byte.toString(16).padStart(2, "0")}`;
    else text += character;
  }
  return Buffer.from(`DSSEV1 ${Buffer.byteLength(type)} ${type} ${body.length} b${quoteMark}${text}${quoteMark}`);
}

export const IN_TOTO_JSON = "application/vnd.in-toto+json";

export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  /** As the bundle holds it: DER for ECDSA. */
  readonly signature: Buffer;
  readonly keyid: string;
}
