// Which network an address belongs to (RFC 6890 and the IANA special-purpose registries). A server that we were sent to
// decides where its redirects lead; were it believed, it could make this machine read its own cloud metadata service or
// an intranet page into a report (SSRF, CWE-918).
import { BlockList, isIP, type LookupFunction } from "node:net";
import { lookup } from "node:dns";

export type Reach = "public" | "private" | "loopback" | "link-local";

const list = (...subnets: readonly string[]): BlockList => {
  const blocks = new BlockList();
  for (const subnet of subnets) {
    const [address = "", bits = "0"] = subnet.split("/");
    blocks.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return blocks;
};

const LOOPBACK = list("127.0.0.0/8", "::1/128");
const LINK_LOCAL = list("169.254.0.0/16", "fe80::/10");
const PRIVATE_4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
];
const PRIVATE_6 = ["::/127", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fc00::/7", "fec0::/10", "ff00::/8"];
const PRIVATE = list(...PRIVATE_4, ...PRIVATE_6);

/** The reach of an IP address; IPv4 inside IPv6 counts as the IPv4 address. */
export function reachOf(address: string): Reach {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (LOOPBACK.check(address, family)) return "loopback";
  if (LINK_LOCAL.check(address, family)) return "link-local";
  return PRIVATE.check(address, family) ? "private" : "public";
}

/** A host that is loopback by its name alone. */
export const isLoopbackHost = (hostname: string): boolean => {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return host === "localhost" || host.endsWith(".localhost") || (isIP(host) > 0 && reachOf(host) === "loopback");
};

export class AddressRefused extends Error {
  override name = "AddressRefused";
}

const check = (hostname: string, address: string, origin: Reach): void => {
  const reach = reachOf(address);
  if (reach === "public" || reach === origin) return;
  throw new AddressRefused(`it redirects to ${hostname}, a ${reach} address, which is not followed`);
};

/** Throws when an address written in a URL is out of reach for a redirect that began in `origin`. */
export function checkHost(hostname: string, origin: Reach): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host)) check(host, host, origin);
}

/** Name resolution that fails for such an address, at the moment of connecting: a name that answers differently the
 * second time gains nothing. */
export const guardedLookup =
  (origin: Reach): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      try {
        for (const { address } of addresses) check(hostname, address, origin);
      } catch (refused) {
        return callback(refused as Error, "", 0);
      }
      const [first] = addresses;
      if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? "", first?.family ?? 0);
    });
  };
