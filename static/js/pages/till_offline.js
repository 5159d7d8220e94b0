// In place of a till's page without network: what was sent last is followed from here too.
import { alone, forget, waiting } from "../till/pending.js";
import { isOpen, settle } from "../till/settle.js";
import { hideWait, showDone, showNo, showWait } from "../till/verdict.js";
import { say } from "../till/words.js";

let following = true;
window.addEventListener("online", () => following || location.reload());
void follow();

async function follow() {
  for (const request of waiting()) {
    const outcome = await alone(request, async () => {
      showWait(say("asking_take"));
      const found = await settle(request, { resumed: true });
      if (!isOpen(found.refused)) forget(request);
      return found;
    });
    if (!outcome) continue; // another tab has it
    hideWait();
    if (outcome.done) await showDone(outcome.done, { rest: request.rest });
    else if (!isOpen(outcome.refused)) await showNo(outcome.refused.message);
    location.reload();
    return;
  }
  following = false;
}
