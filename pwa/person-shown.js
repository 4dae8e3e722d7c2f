// Remember whose page this window showed last. The offline page needs to know: its own body names nobody (case 97).
const KEY = "person-shown";

/** @param {string} person */
export const showsPerson = (person) => sessionStorage.setItem(KEY, person);
export const personShown = () => sessionStorage.getItem(KEY);

if (document.body.dataset.person) showsPerson(document.body.dataset.person);
