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

// Swagger UI fills optional numbers of a form with 0 and sends empty fields: the token would be bound to a user 0.
function LeaveOutEmptyFields(system) {
  const { createElement } = system.React;
  const empty = (JsonSchemaForm) => (props) => {
    const { schema, required, value } = props;
    const isGuess = schema?.get("type") === "integer" && !required && String(value) === "0" &&
      !schema.has("example") && !schema.has("default") && props.dispatchInitialValue;
    return createElement(JsonSchemaForm, isGuess ? { ...props, value: "", dispatchInitialValue: false } : props);
  };
  const unchecked = (ParameterIncludeEmpty) => (props) =>
    createElement(ParameterIncludeEmpty, {
      ...props,
      isIncludedOptions: { ...props.isIncludedOptions, defaultValue: false },
    });
  return { wrapComponents: { JsonSchemaForm: empty, ParameterIncludeEmpty: unchecked } };
}

// Each operation has about ten errors, whose samples are alike: show one line for each status, which opens the sample.
function FoldErrors(system) {
  const { createElement } = system.React;
  const folded = (Response) => (props) => {
    const { code, response } = props;
    if (!/^[45]/.test(code)) return createElement(Response, props);
    const words = createElement(system.getComponent("Markdown", true), { source: response.get("description") });
    return createElement(
      "tr",
      { className: "folded-error", "data-code": code },
      createElement("td", { colSpan: 3 },
        createElement("details", null,
          createElement("summary", null, createElement("b", null, code), " ", words),
          createElement("table", null, createElement("tbody", null, createElement(Response, props))))),
    );
  };
  return { wrapComponents: { response: folded } };
}

// By default the filter compares only the names of tags.
function FilterByText(system) {
  const { createElement, useEffect } = system.React;
  const labelled = (FilterContainer) => (props) => {
    useEffect(() => {
      const field = document.querySelector(".operation-filter-input");
      field?.setAttribute("placeholder", "Filter by text");
      field?.setAttribute("aria-label", "Filter operations by text");
    });
    return createElement(FilterContainer, props);
  };
  const shown = (operation, words) => {
    const details = operation.get("operation");
    const text = ["summary", "description", "operationId"].map((name) => details.get(name)).concat(
      operation.get("path"), operation.get("method"), details.get("tags")?.toJS()).join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const opsFilter = (tags, phrase) => {
    const words = phrase.toLowerCase().split(/\s+/);
    return tags
      .map((tag) => tag.update("operations", (operations) => operations.filter((each) => shown(each, words))))
      .filter((tag) => tag.get("operations").size > 0);
  };
  return { fn: { opsFilter }, wrapComponents: { FilterContainer: labelled } };
}

// A document names the resource that its path names, so the id of an example becomes the id in the path. An id that was
// typed stays.
function fillId(request) {
  if (request.method !== "PATCH" || typeof request.body !== "string") return;
  const path = new URL(request.url, location.href).pathname;
  for (const [template, operations] of Object.entries(ui.specSelectors.specJson().get("paths").toJS())) {
    const segments = template.split(/\{[^}]*\}/).map((text) => text.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
    const ids = operations.patch && new RegExp(`^${segments.join("([^/]+)")}$`).exec(path)?.slice(1);
    if (!ids?.length) continue;
    const [{ example }] = Object.values(operations.patch.requestBody.content);
    try {
      const body = JSON.parse(request.body);
      if (body.data.id !== example.data.id) return;
      body.data.id = decodeURIComponent(ids.at(-1));
      request.body = JSON.stringify(body, null, 2);
    } catch {
      // The server explains the mistake in the document.
    }
    return;
  }
}

function bindToken(request) {
  if (!request.headers["X-Requested-With"]) return; // only the dialog sends it; *Try it out* has fields of its own
  const form = new URLSearchParams(request.body);
  for (const [name, value] of Object.entries(binding)) {
    if (value) form.set(name, value);
  }
  request.body = form.toString();
}

function prepare(request) {
  if (new URL(request.url, location.href).pathname === page.dataset.token) {
    bindToken(request);
    // Without this, the browser opens its own password dialog when the client is refused, and the page waits for it.
    request.credentials = "omit";
  }
  fillId(request);
  return request;
}

// Swagger UI has dark colours, but only its own top bar, which this page does not have, switches them on.
const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();

const ui = SwaggerUIBundle({
  url: page.dataset.schema,
  domNode: page,
  deepLinking: true,
  filter: true,
  persistAuthorization: true,
  validatorUrl: null, // the validator would send the schema to a third-party server
  plugins: [TokenBinding, LeaveOutEmptyFields, FoldErrors, FilterByText],
  requestInterceptor: prepare,
});
