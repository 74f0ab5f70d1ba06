// Package edge speaks HTTPS with browsers and programs, and is the only source of HTML and script.
//
// # Does
//
// TLS by vault's signatures; limits before any parser; a table of routes, each with what its body may look like and what may
// be answered; the web rules; static pages; the dialogue of a login, whose secrets it hands to vault; a cookie becomes a
// capability for one request, which goes to webmail, console or desk; what they answer is checked against what the route may
// return before a browser gets it. docs/layers.md lists what a request goes through.
//
// # Holds
//
// Requests in flight: their cookies, codes, and the app passwords of programs. Main passwords pass as the browser sealed them.
//
// # Trusts
//
// Vault for who is signed in, store for what an account is called and whether it may sign in. Not webmail, console or desk:
// what they answer is data.
//
// # May call
//
// store, vault, webmail, console, desk; dial, for the certificate authority of the configuration.
//
// # If taken over
//
// The intruder sees requests and answers while they pass, acts with the cookies and app passwords that come by, and can serve
// pages that send him what is typed. He has no mail key, no stored verifier and no private key of TLS, opens no file, and no
// connection but to the certificate authority; each session whose requests passed is entered, at most a minute late.
package edge
