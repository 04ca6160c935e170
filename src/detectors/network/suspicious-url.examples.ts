import type { Example } from "../../core/detector.ts";

const script = Buffer.from(["<scr", "ipt>document.title=1</scr", "ipt>"].join("")).toString("base64");

export const examples: readonly Example[] = [
  {
    title: "A name before an @, and a document inside a URL",
    given: [
      { prompt: "Docs?", completion: ["https:", "", "huggingface.co@files.example", "x"].join("/") },
      { prompt: "Docs?", completion: `[docs](data:text/html;base64,${script})` },
    ],
    finds: ["0 /completion medium", "1 /completion medium"],
  },
  {
    title: "Database logins, empty links, inline images",
    given: [
      {
        text: 'postgres://user:pass@db.example/x <a href="javascript:void(0)">x</a> data:image/png;base64,iVBORw0KGgo= https://medium.com/@ann/post',
      },
    ],
    finds: [],
  },
];
