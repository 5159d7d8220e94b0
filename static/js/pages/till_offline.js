// In place of a till's page without network: what was sent last is followed from here too.
import { alone, forget, waiting } from "../till/pending.js";
import { isOpen, settle } from "../till/settle.js";
import { hideWait, showDone, showNo, showWait } from "../till/verdict.js";
import { say } from "../till/words.js";

void follow();
window.addEventListener("online", () => waiting().length === 0 && location.reload());

async function follow() {
  for (const request of waiting()) {
    showWait(say("asking_take"));
    const outcome = await alone(request, async () => {
      const found = await settle(request, { resumed: true });
      if (!isOpen(found.refused)) forget(request);
      return found;
    });
    hideWait();
    if (outcome?.done) await showDone(outcome.done, { rest: request.rest });
    else if (outcome && !isOpen(outcome.refused)) await showNo(outcome.refused.message);
    location.reload();
  }
}
