// A gift: "all" fills the number in; a person chosen from the list needs no phone number.
const form = document.getElementById("gift");
const all = form?.querySelector("[data-all]");

if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    form.elements.points.value = all.dataset.all;
    form.elements.points.focus();
  });
  form.addEventListener("change", showPhone);
  window.addEventListener("pageshow", showPhone); // a browser that comes back keeps what was chosen
  showPhone();
}

function showPhone() {
  form.querySelector("[data-part=phone]").hidden = Boolean(form.querySelector("[name=known]:checked")?.value);
}
