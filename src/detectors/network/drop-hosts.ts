// Hosts where anyone can receive or leave data without an identity: request bins, tunnels, pastes, file drops, chat
// webhooks. A mention of one is nothing; a live path on one is an endpoint.
import type { Url } from "./address.ts";

export interface DropHost {
  readonly kind: "webhook" | "tunnel" | "paste" | "file drop" | "callback";
  /** What follows the host in a live address. */
  readonly path: RegExp;
}

const ANY = /^\/?/;
const TOKEN = /^\/(?:[a-z]{1,3}\/)?[\w-]{5,}/i;
const UUID = /^\/(?:#!\/)?(?:view\/)?[0-9a-f]{8}-[0-9a-f]{4}-/i;

const HOSTS: Readonly<Record<string, DropHost>> = {
  "webhook.site": { kind: "webhook", path: UUID },
  "requestbin.com": { kind: "webhook", path: TOKEN },
  "requestbin.net": { kind: "webhook", path: TOKEN },
  "requestcatcher.com": { kind: "webhook", path: ANY },
  "beeceptor.com": { kind: "webhook", path: ANY },
  "pipedream.net": { kind: "webhook", path: ANY },
  "hookbin.com": { kind: "webhook", path: TOKEN },
  "ptsv2.com": { kind: "webhook", path: TOKEN },
  "postb.in": { kind: "webhook", path: TOKEN },
  "hooks.slack.com": { kind: "webhook", path: /^\/(?:services|workflows)\/T[A-Z0-9]{6,}\/[A-Z][A-Z0-9]{6,}\/\w{8,}/ },
  "hooks.zapier.com": { kind: "webhook", path: /^\/hooks\/catch\/\d{4,}\// },
  "discord.com": { kind: "webhook", path: /^\/api\/(?:v\d+\/)?webhooks\/\d{15,}\/[\w-]{20,}/ },
  "discordapp.com": { kind: "webhook", path: /^\/api\/(?:v\d+\/)?webhooks\/\d{15,}\/[\w-]{20,}/ },
  "api.telegram.org": { kind: "webhook", path: /^\/bot\d{8,}:[\w-]{30,}/ },
  "ngrok.io": { kind: "tunnel", path: ANY },
  "ngrok.app": { kind: "tunnel", path: ANY },
  "ngrok-free.app": { kind: "tunnel", path: ANY },
  "ngrok.dev": { kind: "tunnel", path: ANY },
  "trycloudflare.com": { kind: "tunnel", path: ANY },
  "loca.lt": { kind: "tunnel", path: ANY },
  "localtunnel.me": { kind: "tunnel", path: ANY },
  "serveo.net": { kind: "tunnel", path: ANY },
  "localhost.run": { kind: "tunnel", path: ANY },
  "lhr.life": { kind: "tunnel", path: ANY },
  "pagekite.me": { kind: "tunnel", path: ANY },
  "bore.pub": { kind: "tunnel", path: ANY },
  "interact.sh": { kind: "callback", path: ANY },
  "oast.fun": { kind: "callback", path: ANY },
  "oast.live": { kind: "callback", path: ANY },
  "oast.me": { kind: "callback", path: ANY },
  "oast.online": { kind: "callback", path: ANY },
  "oast.pro": { kind: "callback", path: ANY },
  "oast.site": { kind: "callback", path: ANY },
  "oastify.com": { kind: "callback", path: ANY },
  "burpcollaborator.net": { kind: "callback", path: ANY },
  "canarytokens.com": { kind: "callback", path: TOKEN },
  "dnslog.cn": { kind: "callback", path: ANY },
  "ceye.io": { kind: "callback", path: ANY },
  "pastebin.com": { kind: "paste", path: /^\/raw(?:\/|\.php\?i=)\w{6,}/ },
  "paste.ee": { kind: "paste", path: /^\/[rd]\/\w{4,}/ },
  "hastebin.com": { kind: "paste", path: /^\/raw\/\w{6,}/ },
  "rentry.co": { kind: "paste", path: /^\/[\w-]{3,}\/raw/ },
  "rentry.org": { kind: "paste", path: /^\/[\w-]{3,}\/raw/ },
  "ghostbin.com": { kind: "paste", path: /^\/paste\/\w{4,}\/raw/ },
  "dpaste.org": { kind: "paste", path: /^\/\w{4,}\/raw/ },
  "dpaste.com": { kind: "paste", path: /^\/\w{6,}\.txt/ },
  "termbin.com": { kind: "paste", path: /^\/\w{3,8}$/ },
  "ix.io": { kind: "paste", path: /^\/\w{3,6}$/ },
  "0x0.st": { kind: "file drop", path: /^\/[\w-]{3,}/ },
  "gist.githubusercontent.com": { kind: "paste", path: /^\/[\w-]+\/[0-9a-f]{20,}\/raw/ },
  "transfer.sh": { kind: "file drop", path: TOKEN },
  "file.io": { kind: "file drop", path: /^\/\w{6,}/ },
  "anonfiles.com": { kind: "file drop", path: TOKEN },
  "gofile.io": { kind: "file drop", path: /^\/(?:d\/)?\w{4,}/ },
  "catbox.moe": { kind: "file drop", path: /^\/\w{6,}\.\w{2,4}$/ },
  "bashupload.com": { kind: "file drop", path: TOKEN },
  "temp.sh": { kind: "file drop", path: TOKEN },
  "store1.gofile.io": { kind: "file drop", path: ANY },
};

// Hosts whose subdomain is the drop; the bare name and these subdomains are the service's own pages.
const OWN_PAGES = new Set([
  "",
  "www",
  "docs",
  "blog",
  "dashboard",
  "api",
  "status",
  "help",
  "support",
  "app",
  "github",
  "developers",
]);
const SUBDOMAIN_KINDS = new Set(["tunnel", "callback"]);
const SUBDOMAIN_HOSTS = new Set(["requestcatcher.com", "beeceptor.com", "pipedream.net"]);

export const DROP_ANCHORS: readonly string[] = Object.keys(HOSTS);

// Documentation writes these where a reader puts his own.
const PLACEHOLDER = /xxx|your|example|placeholder|<|\{|\[|T0{4}|\*\*\*|\.\.\./i;

/** The drop host of a URL with a live path on it. */
export function dropHost(url: Url): (DropHost & { readonly name: string }) | undefined {
  const labels = url.host.split(".");
  for (let i = 0; i < labels.length - 1; i++) {
    const name = labels.slice(i).join(".");
    const known = Object.hasOwn(HOSTS, name) ? HOSTS[name] : undefined;
    if (!known) continue;
    const subdomain = labels.slice(0, i).join(".");
    if (PLACEHOLDER.test(subdomain) || PLACEHOLDER.test(url.rest)) return undefined;
    if ((SUBDOMAIN_KINDS.has(known.kind) || SUBDOMAIN_HOSTS.has(name)) && OWN_PAGES.has(subdomain)) return undefined;
    return known.path.test(url.rest) ? { ...known, name } : undefined;
  }
  return undefined;
}
