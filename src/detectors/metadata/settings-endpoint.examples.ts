// Examples of settings-endpoint.
import type { Example } from "../../core/detector.ts";

const settings = (title: string, finds: readonly string[], value: object): Example => ({
  title,
  given: { language: "json", text: JSON.stringify(value) },
  finds,
});

export const examples: readonly Example[] = [
  settings("A webhook in the clear", ["1 high"], { model_type: "x", webhook_url: "http://news.example.test/in" }),
  settings("A server at a bare address", ["1 high"], { model_type: "x", api_endpoint: "https://203.0.113.9/v1" }),
  settings("A key that says so", ["1 high"], { config: { exfil_target: "somewhere" } }),
  settings("A webhook of one's own", ["1 low"], { webhook_url: "https://hooks.example.test/in" }),
  settings("Ordinary addresses", [], {
    model_type: "x",
    license_link: "https://example.org/licence",
    pretrained_cfg: { url: "http://weights.example.test/a.pth" },
    api_base: "http://localhost:8000/v1",
    base_url: "https://api.example.org/v1",
  }),
];
