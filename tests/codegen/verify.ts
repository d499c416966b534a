// Runs both programs of docs/webhooks.md on the deliveries of signed_deliveries.py.
import { readFileSync } from "node:fs";

import { eventOf as withStandardWebhooks } from "./standardwebhooks.js";
import { eventOf as withSvix } from "./svix.js";

interface Delivery {
  body: string;
  headers: Record<string, string>;
  secret: string;
  accepted: boolean;
}

const deliveries = JSON.parse(readFileSync(0, "utf8")) as Delivery[];
for (const [library, eventOf] of Object.entries({ standardwebhooks: withStandardWebhooks, svix: withSvix })) {
  for (const [place, { body, headers, secret, accepted }] of deliveries.entries()) {
    let event: unknown;
    try {
      event = eventOf(body, headers, secret);
    } catch {
      event = undefined;
    }
    const expected = accepted ? JSON.stringify(JSON.parse(body)) : undefined;
    if (JSON.stringify(event) !== expected) {
      console.error(`${library}: delivery ${place} should be ${accepted ? "accepted" : "refused"}`);
      process.exitCode = 1;
    }
  }
  console.log(`${library}: ${deliveries.length} deliveries judged`);
}
