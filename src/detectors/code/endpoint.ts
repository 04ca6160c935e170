// Where a command leads: a routable address, a stand-in such as ATTACKER_IP, a private address, or one of the hosts from
// which whole professions install their tools. Names are compared, nothing is resolved.

export type Endpoint = "live" | "host" | "private" | "placeholder" | "known" | "none";

const PLACEHOLDER =
  /<[a-z0-9_ .-]{0,20}(?:ip|host|port|url|addr|attacker|your|target|server|domain)[a-z0-9_ .-]{0,20}>|\{\{?[a-z_][a-z0-9_. ]{0,30}\}|\[[a-z][a-z0-9_ -]{0,24}(?:ip|host|port|url|address)\]|\$\{?(?:[a-z_]{0,20}(?:host|ip|port|url|server|addr|target|attacker)[a-z_]{0,12})\}?|\b(?:attacker|evil|lhost|rhost|your|my|some|c2|target|victim|malicious|hacker|remote)[_-]?(?:machine[_-]?)?(?:ip|host|server|domain|site|address|url|listener)\b|\b(?:attacker|evil|malicious)\.(?:com|net|org)\b|\b[LR](?:HOST|PORT)\b|\bx{1,3}\.x{1,3}\.x{1,3}\.x{1,3}\b|\b\d{1,3}\.\d{1,3}\.(?:\d{1,3}|x)\.x{1,3}\b/i;
const IPV4 = /(?<![\d.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\d]|\.\d)/g;
const HOST = /(?<![a-z0-9.-])(?:[a-z0-9](?:[a-z0-9-]{0,40})\.){1,5}[a-z]{2,12}(?![a-z0-9-])/gi;
const FILE_ENDING =
  /\.(?:sh|py|exe|js|ps1|php|pl|rb|dll|so|zip|gz|txt|env|json|service|plist|bat|vbs|hta|sct|read|text|popen|system|connect|socket|spawn|loads|dumps|decode|environ|post|get)$/i;

// Hosts and owners whose install lines stand in thousands of READMEs. An attacker does not control what they serve.
const KNOWN =
  /^(?:(?:www\.)?(?:github|gitlab|bitbucket|docker|npmjs|nodejs|rust-lang|python|pypi|golang|microsoft|debian|ubuntu|kernel|gnu|apache|jenkins|mongodb|elastic|hashicorp|helm|yarnpkg|rvm|meteor|chocolatey|anaconda|heroku|nvidia|pytorch)\.(?:com|org|io|dev|co)|sh\.rustup\.rs|rustup\.rs|(?:get|test)\.docker\.com|get\.[a-z0-9-]{2,24}\.(?:io|sh|com|org|dev)|(?:[a-z]{2,12}\.)?nodesource\.com|astral\.sh|bun\.sh|deno\.land|ollama\.(?:com|ai)|install\.[a-z0-9-]{2,24}\.(?:org|io|com|dev|sh)|starship\.rs|pyenv\.run|tailscale\.com|nixos\.org|bootstrap\.pypa\.io|community\.chocolatey\.org|brew\.sh|cli\.[a-z0-9-]{2,24}\.(?:io|com)|(?:dl|storage|packages)\.[a-z0-9.-]{2,30}\.(?:com|org|io)|raw\.githubusercontent\.com|download\.[a-z0-9.-]{2,30}\.(?:com|org|io)|huggingface\.co|repo\.anaconda\.com|ohmyz\.sh|cursor\.com|fnm\.vercel\.app|wasmtime\.dev|webinstall\.dev|webi\.sh|rclone\.org|linkerd\.io|sdkman\.io)$/i;

/** The most telling endpoint in a text: live before placeholder before host before known before private. */
export function endpointIn(text: string): Endpoint {
  let privateSeen = false;
  for (const match of text.matchAll(IPV4)) {
    const [a = 0, b = 0, c = 0, d = 0] = match.slice(1).map(Number);
    if (a > 255 || b > 255 || c > 255 || d > 255) continue;
    if (a === 169 && b === 254) continue;
    if (a === 10 || a === 127 || a === 0 || a >= 224 || (a === 192 && b === 168) || (a === 172 && b >= 16 && b < 32))
      privateSeen = true;
    else return "live";
  }
  let known = false;
  let host = false;
  for (const match of text.matchAll(HOST)) {
    const name = match[0];
    if (FILE_ENDING.test(name)) continue;
    if (KNOWN.test(name)) known = true;
    else host = true;
  }
  if (PLACEHOLDER.test(text)) return "placeholder";
  if (host) return "host";
  if (known) return "known";
  return privateSeen ? "private" : "none";
}
