// A card's prose is our own: plain sentences in which `code` may stand in backticks. Here it becomes Markdown or pieces
// for HTML.

export interface Piece {
  readonly text: string;
  readonly code: boolean;
}

/** Text and code alternate. A backtick without its partner is text. */
export function pieces(text: string): Piece[] {
  const parts = text.split("`");
  if (parts.length % 2 === 0) parts.push(parts.splice(-2, 2).join("`"));
  return parts.map((part, i) => ({ text: part, code: i % 2 === 1 })).filter((piece) => piece.text !== "");
}

/** Markdown in which only code spans are markup. */
export const proseMarkdown = (text: string): string =>
  pieces(text)
    .map((piece) =>
      piece.code
        ? `\`${piece.text}\``
        : piece.text
            .replace(/[\\*_[\]|]/g, "\\$&")
            .replace(/&/g, "&amp;")
            .replace(/</g, "&lt;")
            .replace(/>/g, "&gt;"),
    )
    .join("");
