"use strict";

const page = document.getElementById("swagger-ui");

// What a token can be bound to. OAuth 2.0 does not know these fields, so Swagger UI's dialog has no place for them:
// they are shown below its own and sent with its request for a token.
const binding = { user_id: "", credential_id: "" };
const LABELS = {
  user_id: "user_id (optional, for a user-scoped token):",
  credential_id: "credential_id (optional, the user's primary one if empty):",
};

function TokenBinding(system) {
  const { createElement, Fragment, useEffect } = system.React;
  const field = (name) =>
    createElement(
      Fragment,
      { key: name },
      createElement("label", { htmlFor: name }, LABELS[name]),
      createElement("input", {
        id: name,
        type: "text",
        inputMode: "numeric",
        defaultValue: binding[name],
        onChange: (event) => { binding[name] = event.target.value.trim(); },
      }),
    );
  const withBinding = (Oauth2) => (props) => {
    // The dialog would open at its end, in the field of another way in.
    useEffect(() => {
      document.getElementById("client_id_clientCredentials")?.focus({ preventScroll: true });
      document.querySelector(".modal-ux-content")?.scrollTo(0, 0);
    }, []);
    return createElement(
      Fragment,
      null,
      createElement("div", { className: "token-binding" }, createElement("h4", null, "Whose data the token opens"),
        Object.keys(binding).map(field)),
      createElement(Oauth2, props),
    );
  };
  return { wrapComponents: { oauth2: withBinding } };
}

function bindToken(request) {
  if (new URL(request.url, location.href).pathname === page.dataset.token) {
    const form = new URLSearchParams(request.body);
    for (const [name, value] of Object.entries(binding)) {
      if (value) form.set(name, value);
    }
    request.body = form.toString();
    // A browser would ask for name and password itself where a client is refused, and the page would wait for it.
    request.credentials = "omit";
  }
  return request;
}

SwaggerUIBundle({
  url: page.dataset.schema,
  domNode: page,
  deepLinking: true,
  filter: true,
  validatorUrl: null, // it would send the schema to somebody else's server
  plugins: [TokenBinding],
  requestInterceptor: bindToken,
});
