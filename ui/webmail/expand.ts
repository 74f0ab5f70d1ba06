// A group of the shared address book, as the addresses of its entries.
import { chain, ref } from "./jmap";
import type { Address, Contact } from "./model";

// expand gives each entry's usual address. A mail has no more recipients than one answer has entries.
export async function expand(group: string): Promise<Address[]> {
  const [, g] = await chain([["SharedContact/query", { filter: { group }, limit: 500 }], ["SharedContact/get", { "#ids": ref(0, "SharedContact/query", "/ids") }]]);
  return (g!.list as Contact[]).filter((c) => c.emails.length > 0).map((c) => ({ name: c.name, email: c.emails[0]!.address }));
}
