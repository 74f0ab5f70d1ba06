package webmail

// mostDelay is how many seconds a submission can be held back before it goes out.
const mostDelay = 120
