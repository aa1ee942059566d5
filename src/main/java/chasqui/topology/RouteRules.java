package chasqui.topology;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Transfer routes join sites and buffers that exist, and leave every source a way to an archive. */
final class RouteRules {
    private final TopologyFile topology;
    private final Surroundings surroundings;
    private final Map<String, SiteEntry> sites;

    RouteRules(TopologyFile topology, Surroundings surroundings) {
        this.topology = topology;
        this.surroundings = surroundings;
        this.sites = topology.sites().stream()
                .collect(Collectors.toMap(SiteEntry::shortName, Function.identity(), (first, second) -> first));
    }

    void check(List<String> problems) {
        Set<String> keys = new HashSet<>();
        for (RouteEntry route : topology.routes()) {
            if (route.from().isEmpty() || route.to().isEmpty()) {
                continue;
            }
            String label = "transfer route " + route.from() + " → " + route.to() + ": ";
            if (!keys.add(route.label())) {
                problems.add(label + "there are two with priority " + route.priority()
                        + "; give one another: it tells routes of one pair apart");
            }
            ends(route, label, problems);
            type(route, label, problems);
            Set<String> methods = surroundings.transferMethods();
            if (route.method() != null && !methods.contains(route.method())) {
                problems.add(label + "there is no transfer method \"" + route.method() + "\"; known: "
                        + methods.stream().sorted().collect(Collectors.joining(", ")));
            }
            link(route, label, problems);
            surroundings
                    .methodOptions()
                    .apply(route.method(), route.options())
                    .forEach(problem -> problems.add(label + "options: " + problem));
        }
        topology.sites().forEach(site -> wayOut(site, problems));
    }

    private void ends(RouteEntry route, String label, List<String> problems) {
        if (route.from().equals(route.to())) {
            problems.add(label + "begins and ends at one site; remove it, nothing is transferred within a site");
        }
        site(route.from(), "from", label, problems);
        site(route.to(), "to", label, problems);
        location(route, route.from(), route.originLocation(), LocationType.BUFFER, label + "origin_location", problems);
        LocationType end = route.type() == RouteType.DIRECT ? LocationType.LONG_TERM_ARCHIVE : LocationType.BUFFER;
        location(route, route.to(), route.destinationLocation(), end, label + "destination_location", problems);
    }

    private void site(String name, String key, String label, List<String> problems) {
        if (name != null && !sites.containsKey(name)) {
            problems.add(label + key + ": there is no site \"" + name + "\"; describe it under sites or name another");
        }
    }

    private void location(
            RouteEntry route, String site, String name, LocationType wanted, String key, List<String> problems) {
        if (name == null || !sites.containsKey(site)) {
            return;
        }
        LocationEntry location = sites.get(site).locations().stream()
                .filter(l -> l.name().equals(name))
                .findFirst()
                .orElse(null);
        if (location == null) {
            problems.add("%s: there is no location \"%s\" at %s; name one of its %s"
                    .formatted(key, name, site, wanted == LocationType.BUFFER ? "buffers" : "archives"));
        } else if (location.type() != null && location.type() != wanted) {
            problems.add("%s: %s/%s is a %s; name a %s".formatted(key, site, name, location.type(), wanted));
        } else if (route.active() && !location.active()) {
            problems.add("%s: %s/%s is not active; activate it, or switch the route off (active: false)"
                    .formatted(key, site, name));
        }
    }

    private void type(RouteEntry route, String label, List<String> problems) {
        if (route.type() == RouteType.DIRECT && route.active() && !route.forbidden() && sites.containsKey(route.to())) {
            direct(sites.get(route.to()), label, problems);
        }
        site(route.relay(), "relay", label, problems);
        if ((route.relay() != null) != (route.type() == RouteType.RELAY)) {
            problems.add(label + "relay: a RELAY route names one, and no other route does");
        } else if (route.type() == RouteType.RELAY && sites.containsKey(route.relay()) && !route.forbidden()) {
            relay(route, label + "relay: ", problems);
        }
    }

    /** What is shared belongs to one pair of sites, and a relayed transfer passes two of them. */
    private static void link(RouteEntry route, String label, List<String> problems) {
        for (String window : route.timeWindows()) {
            if (window.startsWith(window.substring(6))) {
                problems.add(
                        label + "time_windows: \"" + window + "\" ends when it begins; leave it out for the whole day");
            }
        }
        boolean shared = route.rateLimitBytesPerSecond() != null
                || route.concurrency() != null
                || !route.timeWindows().isEmpty();
        if (route.type() == RouteType.RELAY && shared) {
            problems.add(label
                    + "rate_limit, concurrency and time_windows belong to the two halves of a RELAY route; give"
                    + " them to the routes " + route.from() + " → " + route.relay() + " and " + route.relay() + " → "
                    + route.to());
        }
    }

    /** A package by itself ends in one archive, and no other work fills a second one at that site. */
    private void direct(SiteEntry to, String label, List<String> problems) {
        List<LocationEntry> archives = to.activeLocations()
                .filter(location -> location.type() == LocationType.LONG_TERM_ARCHIVE)
                .toList();
        long archiveSites = sites.values().stream()
                .filter(site -> SiteRules.has(site, LocationType.LONG_TERM_ARCHIVE))
                .count();
        if (archives.size() != 1) {
            problems.add(
                    "%sa DIRECT route ends in the archive of %s, which has %d active ones; let it have one, or make the"
                                    .formatted(label, to.shortName(), archives.size())
                            + " route CUSTOM");
        } else if (archives.get(0).storage() == StorageType.TAPE && archiveSites > 1) {
            problems.add("%sa DIRECT route cannot end on tape (%s) while other sites have archives, which would have to"
                            .formatted(label, archives.get(0).label())
                    + " be filled from that tape; make it CUSTOM");
        }
        if (!SiteRules.has(to, LocationType.BUFFER)) {
            problems.add(
                    label + to.shortName() + " has no active BUFFER on DISK, which its archive's work needs; add one");
        }
    }

    /** Both hops must be possible, and each by itself: a journey with two relays could go round for ever. */
    private void relay(RouteEntry route, String label, List<String> problems) {
        SiteEntry relay = sites.get(route.relay());
        if (relay.shortName().equals(route.from()) || relay.shortName().equals(route.to())) {
            problems.add(label + relay.shortName() + " is an end of the route; name the site in the middle, or make it"
                    + " CUSTOM");
            return;
        }
        if (route.destinationLocation() != null) {
            problems.add("%sdestination_location is for the last hop; name it in a route %s → %s"
                    .formatted(label, relay.shortName(), route.to()));
        }
        if (!route.active()) {
            return;
        }
        if (!SiteRules.has(relay, LocationType.BUFFER)) {
            problems.add(
                    label + relay.shortName() + " has no active BUFFER on DISK to keep transfer packages in; add one,"
                            + " or switch the route off (active: false)");
        }
        SiteEntry from = sites.get(route.from());
        if (from != null && forbidden(from, relay)) {
            problems.add("%sthe way %s → %s is forbidden; allow it, or name another"
                    .formatted(label, route.from(), relay.shortName()));
        }
        SiteEntry to = sites.get(route.to());
        if (to != null && forbidden(relay, to)) {
            problems.add("%sthe way %s → %s is forbidden; allow it, or name another"
                    .formatted(label, relay.shortName(), route.to()));
        } else if (to != null && relaysOnly(relay, to)) {
            problems.add("%s%s reaches %s only over a further relay; a journey has one at most"
                    .formatted(label, relay.shortName(), route.to()));
        }
    }

    private boolean relaysOnly(SiteEntry from, SiteEntry to) {
        List<RouteEntry> active = active(from, to).toList();
        return active.stream().anyMatch(route -> route.type() == RouteType.RELAY)
                && active.stream().noneMatch(route -> route.type() == RouteType.CUSTOM);
    }

    /** A source whose data may go nowhere would fill its disks in silence. */
    private void wayOut(SiteEntry site, List<String> problems) {
        if (!SiteRules.has(site, LocationType.SOURCE) || SiteRules.has(site, LocationType.LONG_TERM_ARCHIVE)) {
            return;
        }
        List<SiteEntry> archives = topology.sites().stream()
                .filter(other -> SiteRules.has(other, LocationType.LONG_TERM_ARCHIVE) && other.ltaWeight() > 0)
                .toList();
        if (!archives.isEmpty() && archives.stream().allMatch(archive -> forbidden(site, archive))) {
            problems.add("site " + site.shortName()
                    + " has a SOURCE, and the way to every archive site with a weight is" + " forbidden; allow one");
        }
    }

    private boolean forbidden(SiteEntry from, SiteEntry to) {
        return active(from, to)
                .min(Comparator.comparing(RouteEntry::priority))
                .map(RouteEntry::forbidden)
                .orElse(false);
    }

    private Stream<RouteEntry> active(SiteEntry from, SiteEntry to) {
        return topology.routes().stream()
                .filter(RouteEntry::active)
                .filter(route ->
                        route.from().equals(from.shortName()) && route.to().equals(to.shortName()));
    }
}
