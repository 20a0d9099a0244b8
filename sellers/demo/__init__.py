"""The demo story: invented sellers that are plainly demo, dated relative to an anchor day."""
