// The family's detectors against their examples, random records and hostile text.
import { dropSite } from "./drop-site.ts";
import { examples as dropSiteExamples } from "./drop-site.examples.ts";
import { imageExfiltration } from "./image-exfiltration.ts";
import { examples as imageExfiltrationExamples } from "./image-exfiltration.examples.ts";
import { lookalikeDomain } from "./lookalike-domain.ts";
import { examples as lookalikeDomainExamples } from "./lookalike-domain.examples.ts";
import { rawIpEndpoint } from "./raw-ip-endpoint.ts";
import { examples as rawIpEndpointExamples } from "./raw-ip-endpoint.examples.ts";
import { suspiciousUrl } from "./suspicious-url.ts";
import { examples as suspiciousUrlExamples } from "./suspicious-url.examples.ts";
import { checkFolder } from "../trigger/folder-checks.ts";

checkFolder(
  [
    [dropSite, dropSiteExamples],
    [imageExfiltration, imageExfiltrationExamples],
    [lookalikeDomain, lookalikeDomainExamples],
    [rawIpEndpoint, rawIpEndpointExamples],
    [suspiciousUrl, suspiciousUrlExamples],
  ],
  ["http://", "http://1.1.1.1:", "![](http://a/?d={", "data:text/html,", "javascript:", "http://a@", "1.2.3.4:1"],
);
