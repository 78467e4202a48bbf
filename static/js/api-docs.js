/** Starts Swagger UI on the server's own OpenAPI document. */

window.SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true });
