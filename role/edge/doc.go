// Package edge speaks HTTPS with browsers and programs, and is the only source of HTML and script.
//
// # Does
//
// TLS by vault's signatures; limits before any parser; the web rules; static pages; the dialogue of a login, whose secrets
// it hands to vault; a cookie becomes a capability for one request, which goes to webmail, console or desk; what they answer
// is checked against what the route may return before a browser gets it.
//
// # Holds
//
// Requests in flight: their cookies, and a password while it is handed over.
//
// # Trusts
//
// Vault for who is signed in. Not webmail, console or desk: what they answer is data.
//
// # May call
//
// store, vault, webmail, console, desk.
//
// # If taken over
//
// The intruder sees requests while they pass, with their cookies and the passwords typed meanwhile. He has no mail key, no
// stored verifier and no private key of TLS.
package edge
