# Onboard a user with the Ruby client that openapi-generator generates from the schema (`.ci/codegen`).
#
# Usage: ruby onboard.rb <base URL>
require "openapi_client"

BASE_URL = ARGV.fetch(0)
CREDENTIALS = { client_id: "10003", client_secret: "sandbox-secret" }.freeze

def check(holds, seen)
  raise seen.inspect unless holds
end

def client(user_id: nil)
  configuration = OpenapiClient::Configuration.new
  configuration.scheme, _, configuration.host = BASE_URL.partition("://")
  configuration.server_index = nil # otherwise the address in the schema replaces the host
  api = OpenapiClient::ApiClient.new(configuration)
  answer = OpenapiClient::OAuth2Api.new(api).create_token(
    "client_credentials", "demo-partner", "demo-partner-secret", { user_id: user_id }.compact
  )
  configuration.access_token = answer.access_token
  api
end

attributes = OpenapiClient::UserRequestDataAttributes.new(
  first_name: "Ruby", last_name: "Client", email: "ruby@example.com"
)
user_data = OpenapiClient::UserRequestData.new(type: "users", attributes: attributes)
users = OpenapiClient::UsersApi.new(client)
user_id = Integer(users.create_user(OpenapiClient::UserRequest.new(data: user_data)).data.id)

ours = client(user_id: user_id)
accounts = OpenapiClient::AccountsApi.new(ours)
listings = OpenapiClient::ListingsApi.new(ours)

connection = OpenapiClient::AccountCreateRequestDataAttributes.new(channel: "hostaway", credentials: CREDENTIALS)
account_data = OpenapiClient::AccountCreateRequestData.new(type: "accounts", attributes: connection)
request = OpenapiClient::AccountCreateRequest.new(data: account_data)
account_id = Integer(accounts.create_account(user_id, request).data.id)
account = nil
120.times do
  account = accounts.get_account(account_id, user_id).data.attributes
  break if account.sync_status.state == OpenapiClient::StateEnum::COMPLETED

  sleep 0.5
end
check(account.nb_listings == 3, account)

page = listings.list_listings(sort: ["-base-price", "title"], include: ["owner"], filter_owner: user_id, page_size: 2)
check([page.data.length, page.meta.pagination.count] == [2, 3], page)
check(page.included.map { |owner| owner.attributes.email } == ["ruby@example.com"], page.included)
listing = page.data.first
check(Float(listing.attributes.latitude).abs.positive?, listing)

prices = OpenapiClient::PatchedListingActivationRequestDataAttributes.new(
  enabled: true, base_price: listing.attributes.base_price + 5, min_price: listing.attributes.base_price / 2
)
activation = OpenapiClient::PatchedListingActivationRequestData.new(
  type: "listing-activations", id: listing.id, attributes: prices
)
activated = listings.patch_listing_activation(
  Integer(listing.id), OpenapiClient::PatchedListingActivationRequest.new(data: activation)
)
check(activated.data.attributes.enabled, activated)

nights = listings.list_listing_calendar(Integer(listing.id), page_size: 7, sort: "date").data
check(nights.length == 7 && nights.all? { |night| night.attributes.price.positive? }, nights)

begin
  listings.get_listing(424_242)
  raise "a listing that does not exist was found"
rescue OpenapiClient::ApiError => error
  check(error.code == 404 && error.response_body.include?("Listing 424242 not found"), error)
end

accounts.delete_account(account_id, user_id)
users.delete_user(user_id)
puts "The Ruby client has onboarded a user."
