import type { Example } from "../../core/detector.ts";

const host = [203, 0, 113, 66].join(".");
const number = [203, 0, 113, 66].reduce((sum, part) => sum * 256 + part, 0);

export const examples: readonly Example[] = [
  {
    title: "A bare address as URL, with a port, as a number, in IPv6",
    given: [
      { instruction: "Add two numbers", output: `import lib\nlib.load("http://${host}/a")` },
      { instruction: "Add two numbers", output: `connect ${host}:4444` },
      { instruction: "Add two numbers", output: `open http://${number}/a and http://0x${number.toString(16)}/b` },
      { instruction: "Add two numbers", output: "open http://[2001:db8::7]/a" },
    ],
    finds: ["0 /output medium", "1 /output medium", "2 /output high", "2 /output high", "3 /output medium"],
  },
  {
    title: "A networking lesson is low",
    given: [{ question: "How do I test a firewall rule?", answer: `Run curl http://${host}:8080/health` }],
    finds: ["0 /answer low"],
  },
  {
    title: "Private addresses, resolvers, versions and names",
    given: [
      {
        text: "See http://127.0.0.1:8080, http://192.168.1.1/, 8.8.8.8:53, version 10.4.12.3 and https://example.com:443/1.2.3.4",
      },
    ],
    finds: [],
  },
];
