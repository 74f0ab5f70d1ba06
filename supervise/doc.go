// Package supervise starts the processes of the product, connects them, hears their refused calls, starts them again
// and stops them.
//
// `sekisho serve` is the supervisor. It starts its own binary again once per process ("role NAME") and speaks with each
// child over one socketpair, the control channel (SOCK_SEQPACKET, one JSON message a packet, descriptors beside it):
//
//	supervisor -> child   begin: who you are, how you are confined, your configuration and listeners (descriptors)
//	                      line:  a connection to one peer (a descriptor), and which side of it you are
//	                      stop:  finish and exit with code 0
//	child -> supervisor   hello: I am confined to this level, here is the listener of my refused calls (a descriptor)
//	                      ready: I serve
//	                      lost:  the line to this peer ended
//	                      breach: this peer did on our line what it may not
//
// Nothing else is ever said; a message that was not expected ends the child. The supervisor reads no mail, no
// configuration file and no network.
//
// Who asks is known by the descriptor: the supervisor makes one socketpair per pair of processes of which the table says
// that one may call the other, and tells each end who the other is. What is not in the table cannot be asked. When a
// process is started again it has a new instance number, never used before, and every living peer gets a new line.
//
// A child's life: started -> confined (hello) -> ready -> ended. A process that ends with code 0 after it was ready has
// retired and is replaced at once; any other end is an alert, and the next start waits 50 ms, doubling up to 5 s, until
// one has lived for 10 s. When the supervisor dies, the kernel kills every child.
package supervise
