// Onboard a user with the Go client that openapi-generator generates from the schema (`.ci/codegen`).
//
// Usage: onboard <base URL>
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"time"

	"partners"
)

type client struct {
	*partners.APIClient
	ctx context.Context
}

func require(holds bool, seen ...any) {
	if !holds {
		panic(fmt.Sprintf("%+v", seen))
	}
}

// done returns an answer, and stops at an error.
func done[Answer any, Response any](answer Answer, _ Response, err error) Answer {
	if err != nil {
		var refused *partners.GenericOpenAPIError
		if errors.As(err, &refused) {
			panic(fmt.Sprintf("%v: %s", err, refused.Body()))
		}
		panic(err)
	}
	return answer
}

func number(id string) int32 {
	value, err := strconv.ParseInt(id, 10, 32)
	require(err == nil, err)
	return int32(value)
}

// authorized returns a client for all users, or for one user if userID is not 0.
func authorized(baseURL string, userID int32) client {
	configuration := partners.NewConfiguration()
	configuration.Servers = partners.ServerConfigurations{{URL: baseURL}}
	api := partners.NewAPIClient(configuration)
	request := api.OAuth2API.CreateToken(context.Background()).GrantType("client_credentials").
		ClientId("demo-partner").ClientSecret("demo-partner-secret")
	if userID != 0 {
		request = request.UserId(userID)
	}
	token := done(request.Execute())
	return client{api, context.WithValue(context.Background(), partners.ContextAccessToken, token.AccessToken)}
}

func main() {
	baseURL := os.Args[1]
	person := partners.NewUserRequestDataAttributes("Go", "Client", "go@example.com")
	everyone := authorized(baseURL, 0)
	created := done(everyone.UsersAPI.CreateUser(everyone.ctx).
		UserRequest(*partners.NewUserRequest(*partners.NewUserRequestData("users", *person))).Execute())
	userID := number(created.Data.Id)

	ours := authorized(baseURL, userID)
	credentials := map[string]any{"client_id": "10003", "client_secret": "sandbox-secret"}
	connection := partners.NewAccountCreateRequestDataAttributes("hostaway", credentials)
	connected := done(ours.AccountsAPI.CreateAccount(ours.ctx, userID).
		AccountCreateRequest(*partners.NewAccountCreateRequest(*partners.NewAccountCreateRequestData("accounts", *connection))).
		Execute())
	accountID := number(connected.Data.Id)
	account := connected.Data
	for tries := 0; tries < 120 && account.Attributes.SyncStatus.State != partners.COMPLETED; tries++ {
		time.Sleep(500 * time.Millisecond)
		account = done(ours.AccountsAPI.GetAccount(ours.ctx, accountID, userID).Execute()).Data
	}
	require(account.Attributes.GetNbListings() == 3, account.Attributes)

	page := done(ours.ListingsAPI.ListListings(ours.ctx).Sort([]string{"-base-price", "title"}).
		Include([]string{"owner"}).FilterOwner(int64(userID)).PageSize(2).Execute())
	require(len(page.Data) == 2 && page.Meta.Pagination.GetCount() == 3, page)
	require(page.Included[0].Attributes.Email == "go@example.com", page.Included)
	listing := page.Data[0]
	listingID, basePrice := number(listing.Id), listing.Attributes.GetBasePrice()
	latitude, err := strconv.ParseFloat(listing.Attributes.GetLatitude(), 64)
	require(err == nil && latitude != 0, listing.Attributes.GetLatitude(), err)

	prices := partners.NewPatchedListingActivationRequestDataAttributes(true)
	prices.SetBasePrice(float64(basePrice + 5))
	prices.SetMinPrice(float64(basePrice / 2))
	activated := done(ours.ListingsAPI.PatchListingActivation(ours.ctx, listingID).
		PatchedListingActivationRequest(*partners.NewPatchedListingActivationRequest(
			*partners.NewPatchedListingActivationRequestData("listing-activations", listing.Id, *prices))).
		Execute())
	require(activated.Data.Attributes.GetEnabled(), activated)

	stays := partners.NewPatchedMinStaysCustomizationRequestDataAttributes()
	stays.SetMinStay(2)
	customization := partners.NewPatchedMinStaysCustomizationRequestData("min-stay-customizations", listing.Id)
	customization.SetAttributes(*stays)
	done(ours.CustomizationsAPI.PatchListingMinStaysCustomization(ours.ctx, listingID).
		PatchedMinStaysCustomizationRequest(*partners.NewPatchedMinStaysCustomizationRequest(*customization)).Execute())
	all := done(ours.CustomizationsAPI.GetListingAllCustomizations(ours.ctx, listingID).Execute()).Data.Attributes
	require(all.BasePrice.GetBasePrice() == basePrice+5 && all.MinStays.GetMinStay() == 2, all)

	nights := done(ours.ListingsAPI.ListListingCalendar(ours.ctx, listingID).PageSize(7).Sort("date").Execute()).Data
	require(len(nights) == 7, nights)
	for _, night := range nights {
		require(night.Attributes.GetMinStay() == 2 && night.Attributes.Price > 0, night)
		require(len(night.Attributes.Factors) > 0, night)
	}

	titles := done(ours.ListingsAPI.ListListings(ours.ctx).FieldsListings([]string{"title"}).FilterEnabled(true).Execute())
	require(len(titles.Data) == 1 && titles.Data[0].Attributes.BasePrice == nil, titles)

	_, _, err = ours.ListingsAPI.GetListing(ours.ctx, 424242).Execute()
	var refused *partners.GenericOpenAPIError
	require(errors.As(err, &refused), err)
	found, isDocument := refused.Model().(partners.ErrorDocument)
	require(isDocument, reflect.TypeOf(refused.Model()))
	require(found.Errors[0].Detail == "Listing 424242 not found", found)

	_, err = ours.AccountsAPI.DeleteAccount(ours.ctx, accountID, userID).Execute()
	require(err == nil, err)
	_, err = everyone.UsersAPI.DeleteUser(everyone.ctx, userID).Execute()
	require(err == nil, err)
	fmt.Println("The Go client has onboarded a user.")
}
