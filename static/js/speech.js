// Reading aloud, where the browser has a voice.

/** Say it in the page's language. */
export function speak(words) {
  if (!("speechSynthesis" in window) || !words.trim()) return;
  const saying = new SpeechSynthesisUtterance(words.replace(/\s+/g, " ").trim());
  saying.lang = document.documentElement.lang === "en" ? "en-US" : "zh-CN";
  speechSynthesis.cancel();
  speechSynthesis.speak(saying);
}
