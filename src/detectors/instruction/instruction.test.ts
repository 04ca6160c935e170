// The family's detectors against their examples, random records and hostile text.
import { chatTemplateToken } from "./chat-template-token.ts";
import { examples as chatTemplateTokenExamples } from "./chat-template-token.examples.ts";
import { concealment } from "./concealment.ts";
import { examples as concealmentExamples } from "./concealment.examples.ts";
import { conditionalBackdoor } from "./conditional-backdoor.ts";
import { examples as conditionalBackdoorExamples } from "./conditional-backdoor.examples.ts";
import { exfiltrationRequest } from "./exfiltration-request.ts";
import { examples as exfiltrationRequestExamples } from "./exfiltration-request.examples.ts";
import { promptInjection } from "./prompt-injection.ts";
import { examples as promptInjectionExamples } from "./prompt-injection.examples.ts";
import { systemPromptSpoof } from "./system-prompt-spoof.ts";
import { examples as systemPromptSpoofExamples } from "./system-prompt-spoof.examples.ts";
import { toolCallAbuse } from "./tool-call-abuse.ts";
import { examples as toolCallAbuseExamples } from "./tool-call-abuse.examples.ts";
import { checkFolder } from "../trigger/folder-checks.ts";

checkFolder(
  [
    [chatTemplateToken, chatTemplateTokenExamples],
    [concealment, concealmentExamples],
    [conditionalBackdoor, conditionalBackdoorExamples],
    [exfiltrationRequest, exfiltrationRequestExamples],
    [promptInjection, promptInjectionExamples],
    [systemPromptSpoof, systemPromptSpoofExamples],
    [toolCallAbuse, toolCallAbuseExamples],
  ],
  ["ignore previous ", "send conversation ", "<|im_start|>", "system: ", '"name":"bash', "don't tell "],
);
