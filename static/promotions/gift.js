/* A code is a coupon or a gift card: only the fields of one of them are shown. The server checks it again. */
"use strict";

(() => {
  const CARDS = ["GIFT_VOUCHERS", "GIFT_VOUCHER"];
  let uses = "";

  function choice() {
    return document.querySelector("#id_campaign_type, #id_kind");
  }

  function show() {
    const kind = choice();
    if (!kind) return;
    const isCard = CARDS.includes(kind.value);
    for (const part of document.querySelectorAll(".promo-for-cards")) {
      part.classList.toggle("promo-hidden", !isCard);
    }
    for (const part of document.querySelectorAll(".promo-for-coupons")) {
      part.classList.toggle("promo-unused", isCard);
    }
    /* One use is right for a coupon, but a card is there to be used until it is empty. */
    const limit = document.getElementById("id_voucher_redemption_quantity");
    if (!limit) return;
    if (isCard && limit.value === "1") {
      uses = limit.value;
      limit.value = "";
    } else if (!isCard && limit.value === "" && uses) {
      limit.value = uses;
      uses = "";
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target === choice()) show();
  });
  document.addEventListener("DOMContentLoaded", show);
})();
