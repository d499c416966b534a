// The onboarding with the TypeScript client that openapi-generator makes from the schema (`.ci/codegen`).
// Usage: node onboard.js <base URL>
import assert from "node:assert/strict";

import {
  AccountsApi,
  Configuration,
  CustomizationsApi,
  ListingsApi,
  OAuth2Api,
  ResponseError,
  StateEnum,
  UsersApi,
} from "./client/index.js";
import type { components } from "./schema.js";

const basePath = process.argv[2]!;
const credentials = { client_id: "10003", client_secret: "sandbox-secret" };

async function authorized(userId?: number): Promise<Configuration> {
  const { accessToken } = await new OAuth2Api(new Configuration({ basePath })).createToken({
    grantType: "client_credentials",
    clientId: "demo-partner",
    clientSecret: "demo-partner-secret",
    userId,
  });
  // For OAuth 2.0 this generator sends the value as the whole header, without "Bearer".
  return new Configuration({ basePath, accessToken: `Bearer ${accessToken}` });
}

// The types of openapi-typescript allow an attribute with a default to be left out.
const unused: components["schemas"]["UserRequest"]["data"]["attributes"] = {
  "first-name": "Type",
  "last-name": "Script",
  email: "typescript@example.com",
};
assert.equal(unused.locale, undefined);

const attributes = { firstName: "Type", lastName: "Script", email: "typescript@example.com" };
const user = await new UsersApi(await authorized()).createUser({ userRequest: { data: { type: "users", attributes } } });
const userId = Number(user.data.id);

const ours = await authorized(userId);
const accounts = new AccountsApi(ours);
const listings = new ListingsApi(ours);
const customizations = new CustomizationsApi(ours);

const connected = await accounts.createAccount({
  userId,
  accountCreateRequest: { data: { type: "accounts", attributes: { channel: "hostaway", credentials } } },
});
const accountId = Number(connected.data.id);
let account = connected.data;
for (let tries = 0; tries < 120 && account.attributes?.syncStatus?.state !== StateEnum.Completed; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  account = (await accounts.getAccount({ userId, accountId })).data;
}
assert.equal(account.attributes?.nbListings, 3);

const page = await listings.listListings({
  sort: ["-base-price", "title"],
  include: ["owner"],
  filterOwner: userId,
  pageSize: 2,
});
assert.equal(page.data.length, 2);
assert.equal(page.meta.pagination.count, 3);
assert.deepEqual(page.included?.map((owner) => owner.attributes?.email), ["typescript@example.com"]);
const listing = page.data[0]!;
const listingId = Number(listing.id);
const basePrice = listing.attributes!.basePrice!;

const activated = await listings.patchListingActivation({
  listingId,
  patchedListingActivationRequest: {
    data: {
      type: "listing-activations",
      id: listing.id,
      attributes: { enabled: true, basePrice: basePrice + 5, minPrice: Math.floor(basePrice / 2) },
    },
  },
});
assert.equal(activated.data.attributes?.enabled, true);

await customizations.patchListingMinStaysCustomization({
  listingId,
  patchedMinStaysCustomizationRequest: {
    data: { type: "min-stay-customizations", id: listing.id, attributes: { minStay: 2 } },
  },
});
const all = (await customizations.getListingAllCustomizations({ listingId })).data.attributes;
assert.equal(all?.basePrice?.basePrice, basePrice + 5);
assert.equal(all?.minStays?.minStay, 2);

const nights = (await listings.listListingCalendar({ listingId, pageSize: 7, sort: "date" })).data;
assert.deepEqual(nights.map((night) => night.attributes?.minStay), Array(7).fill(2));
assert.ok(nights.every((night) => night.attributes!.price > 0 && night.attributes!.factors.length > 0));

const titles = (await listings.listListings({ fieldsListings: ["title"], filterEnabled: true })).data;
assert.deepEqual(titles.map((each) => each.attributes?.basePrice), [undefined]);

const error: unknown = await listings.getListing({ listingId: 424242 }).catch((reason: unknown) => reason);
assert.ok(error instanceof ResponseError);
assert.equal((await error.response.json()).errors[0].detail, "Listing 424242 not found");

await accounts.deleteAccount({ userId, accountId });
await new UsersApi(await authorized()).deleteUser({ userId });
console.log("The TypeScript client has onboarded a user.");
