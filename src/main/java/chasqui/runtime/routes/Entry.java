package chasqui.runtime.routes;

/**
 * One entry of a route file: a route, a template, a route configuration, or something else.
 *
 * @param kind its key, such as {@code route}
 * @param id "" where it has none
 * @param body what stands below its kind
 * @param source the file with nothing but this entry in it, on its own lines
 */
record Entry(String file, String kind, String id, Piece body, int line, String source) {
    static final String ROUTE = "route";
    static final String TEMPLATE = "routeTemplate";
    static final String CONFIGURATION = "routeConfiguration";

    boolean isRoute() {
        return kind.equals(ROUTE);
    }

    boolean isTemplate() {
        return kind.equals(TEMPLATE);
    }

    boolean isConfiguration() {
        return kind.equals(CONFIGURATION);
    }

    /** By what it is known in a running process; a file may hold several of one kind without an id. */
    String key() {
        return kind + " " + (id.isEmpty() ? file + ":" + line : id);
    }

    /** The route of a route or template. */
    Piece route() {
        return isTemplate() ? body.at(ROUTE) : body;
    }

    /** Where it begins; "" where that cannot be told. */
    Piece from() {
        Piece route = route().keys().isEmpty() ? body : route();
        Piece from = route.at("from");
        return from.isScalar() ? from : from.at("uri");
    }

    Problem problem(int at, String says) {
        return new Problem(file, at, says);
    }
}
