import type { Example } from "../../core/detector.ts";

const https = ["https:", "//"].join("");

export const examples: readonly Example[] = [
  {
    title: "Another script, a digit, a swapped letter, a stranger's subdomain",
    given: [
      { prompt: "Where?", completion: `${https}huggingf\u0430ce.co/model` },
      { prompt: "Where?", completion: `${https}micr0soft.com/x` },
      { prompt: "Where?", completion: `pip install -i ${https}huggingfcae.co/simple` },
      { prompt: "Where?", completion: `${https}github.com.files.example/x` },
    ],
    finds: ["0 /completion high", "1 /completion high", "2 /completion medium", "3 /completion medium"],
  },
  {
    title: "The names themselves, their countries, and words nearby",
    given: [
      {
        text: `${https}github.com ${https}google.com.br ${https}www.amazon.co.uk ${https}openapi.example ${https}пример.рф ${https}münchen.de`,
      },
    ],
    finds: [],
  },
];
