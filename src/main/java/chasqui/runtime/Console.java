package chasqui.runtime;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * The Hawtio console's files and the few answers that it asks its server for. Everything here comes after the password:
 * a handler with a negative order would come before.
 */
final class Console {
    private static final int FIRST = 0;
    private static final int FILES = 500;

    /** Connecting to other machines from here is switched off: that wants a proxy, which this server is not. */
    private static final String LOOKS = """
            {"branding": {"appName": "Chasqui", "showAppLogo": true, "appLogoUrl": "img/hawtio-logo.svg"},
             "about": {"title": "Chasqui", "productInfo": [], "additionalInfo": "", "copyright": ""},
             "disabledRoutes": ["/connect"]}
            """;

    /** No script from elsewhere runs beside the password; the console's source view would fetch its editor from afar. */
    private static final String OWN_ONLY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            + " font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; form-action 'self'";

    private final VertxPlatformHttpRouter router;

    Console(VertxPlatformHttpRouter router) {
        this.router = router;
    }

    void mount() {
        router.route("/hawtio/*").order(FIRST).handler(Console::guard);
        router.get("/hawtio").handler(Console::toFolder);
        router.get("/hawtio/user").handler(request -> json(request, "\"" + OperatorPassword.USER + "\""));
        router.get("/hawtio/plugin").handler(request -> json(request, "[]"));
        router.get("/hawtio/preset-connections").handler(request -> json(request, "[]"));
        router.get("/hawtio/keycloak/enabled").handler(request -> json(request, "false"));
        router.get("/hawtio/auth/config/login").handler(request -> json(request, "{}"));
        router.get("/hawtio/auth/config/session-timeout").handler(request -> json(request, "{}"));
        router.get("/hawtio/hawtconfig.json").handler(request -> json(request, LOOKS));
        router.route("/hawtio/*")
                .order(FILES)
                .handler(StaticHandler.create("hawtio-static").setIndexPage("index.html"));
        // Addresses inside the console are the page itself.
        router.getWithRegex("/hawtio/(?!jolokia|static|img).*").order(FILES + 1).handler(request -> request.response()
                .putHeader("Content-Type", "text/html; charset=UTF-8")
                .sendFile("hawtio-static/index.html"));
    }

    /** The browser adds the password to requests of any page: only those of our own may come through. */
    private static void guard(RoutingContext context) {
        HttpServerRequest request = context.request();
        String origin = request.getHeader("Origin");
        // Not the Host header: HTTP/2 has none.
        if (origin != null && !origin.replaceFirst("^https?://", "").equals(String.valueOf(request.authority()))) {
            context.response().setStatusCode(403).end("requests of another origin are refused\n");
            return;
        }
        context.response()
                .putHeader("Content-Security-Policy", OWN_ONLY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "same-origin");
        context.next();
    }

    private static void toFolder(RoutingContext context) {
        if (context.request().path().equals("/hawtio")) {
            context.redirect("/hawtio/");
        } else {
            context.next();
        }
    }

    private static void json(RoutingContext context, String body) {
        context.response().putHeader("Content-Type", "application/json").end(body);
    }
}
