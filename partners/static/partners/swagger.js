"use strict";

const page = document.getElementById("swagger-ui");

// The user and the credential to bind the token to. OAuth 2.0 has no such parameters, so Swagger UI's dialog has no
// fields for them. This plugin adds the fields to the dialog and the parameters to the token request.
const binding = { user_id: "", credential_id: "" };
const LABELS = {
  user_id: "user_id (optional; makes the token user-scoped):",
  credential_id: "credential_id (optional; default: the user's primary credential):",
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
    // Without this, the dialog opens at its end, with the focus in a field of another authorization method.
    useEffect(() => {
      document.getElementById("client_id_clientCredentials")?.focus({ preventScroll: true });
      document.querySelector(".modal-ux-content")?.scrollTo(0, 0);
    }, []);
    return createElement(
      Fragment,
      null,
      createElement("div", { className: "token-binding" }, createElement("h4", null, "Bind the token to a user"),
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
    // Without this, the browser opens its own password dialog when the client is refused, and the page waits for it.
    request.credentials = "omit";
  }
  return request;
}

SwaggerUIBundle({
  url: page.dataset.schema,
  domNode: page,
  deepLinking: true,
  filter: true,
  validatorUrl: null, // the validator would send the schema to a third-party server
  plugins: [TokenBinding],
  requestInterceptor: bindToken,
});
