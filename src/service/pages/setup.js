// The printed address carries the secret behind its #, which is sent to nobody; it goes into the form and out of the
// address.
"use strict";

if (location.hash.length > 1) {
  document.getElementById("secret").value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  document.getElementById("name").focus();
}
