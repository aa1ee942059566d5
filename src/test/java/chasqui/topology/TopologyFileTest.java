package chasqui.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a topology file may say, and what is told when it says something else. No database. */
class TopologyFileTest {
    private static final String GOOD = """
            observatory: Observatory
            sites:
              - short_name: ccat
                locations:
                  - { name: computer, type: SOURCE, storage: DISK, root: "${home}/ccat/computer" }
                  - { name: buffer, type: BUFFER, storage: DISK, root: "${home}/ccat/buffer" }
                instruments: [ { name: prime-cam, modules: [m2, m1] } ]
              - short_name: cologne
                locations:
                  - { name: buffer, type: buffer, storage: disk, root: /data/cologne/buffer/../buffer/ }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: S3, bucket: archive, prefix: raw, credential: chasqui }
            transfer_routes:
              - { from: ccat, to: cologne, method: cp, rate_limit: 100MB/s, time_windows: ["22:00-04:00"] }
            """;

    @TempDir
    Path home;

    private Map<LocationType, Set<String>> operationTypes = Map.of();

    @Test
    void a_good_file_has_no_problems_and_is_read_with_its_defaults() {
        List<String> problems = new ArrayList<>();
        TopologyFile file = reader(problems).read(GOOD);

        assertThat(problems(GOOD)).isEmpty();
        LocationEntry buffer = file.locations().get(2);
        assertThat(buffer.disk().root()).isEqualTo(Path.of("/data/cologne/buffer"));
        assertThat(buffer.priority()).isEqualTo(100);
        assertThat(file.locations().get(0).disk().root()).isEqualTo(home.resolve("ccat/computer"));
        assertThat(file.locations().get(3).bucket().prefix()).isEqualTo("raw/");
        assertThat(file.instruments().get(0).modules()).containsExactly("m1", "m2");
        assertThat(file.routes().get(0).rateLimitBytesPerSecond()).isEqualTo(100_000_000);
    }

    @Test
    void text_that_is_no_yaml_is_refused_with_line_and_column() {
        assertThat(problems("observatory: O\nsites:\n  - short_name: ccat\n bad: [\n"))
                .singleElement()
                .asString()
                .startsWith("line 4 column 2: this is not YAML: ");
        assertThat(problems("")).singleElement().asString().startsWith("the file is empty");
        assertThat(problems("just words")).singleElement().asString().contains("wants keys with values");
        assertThat(problems(GOOD + "---\nobservatory: another\n"))
                .singleElement()
                .asString()
                .contains("a second document begins here");
    }

    @Test
    void unknown_misplaced_and_repeated_keys_are_refused_with_their_place() {
        String text = GOOD.replace("short_name: cologne\n", "short_name: cologne\n    lta_wieght: 2\n")
                .replace("root: \"${home}/ccat/buffer\"", "root: /data/b, bucket: mine")
                .replace("observatory: Observatory", "observatory: Observatory\nobservatory: Other");
        assertThat(problems(text))
                .containsExactlyInAnyOrder(
                        "line 2 column 1: observatory is given twice; keep one",
                        "line 7 column 77: site ccat, location buffer: bucket: belongs to S3 locations, and this one is DISK",
                        "line 10 column 17: site cologne: lta_wieght: there is no such key here; did you mean lta_weight?");
    }

    @Test
    void aliases_are_refused_instead_of_being_read_as_their_names() {
        assertThat(problems(GOOD.replace("Observatory\n", "&o Observatory\ntelescope: *o\n")))
                .containsExactly("line 2 column 12: aliases (*o) are not supported here; write the value out");
    }

    @Test
    void every_wrong_value_is_listed_at_once() {
        String text = """
                observatory: Observatory
                sites:
                  - short_name: CCAT-North
                    name: ""
                    geography: { latitude: 91, longitude: west, planet: Mars }
                    lta_weight: -1
                    active: maybe
                    locations:
                      - { name: Buffer!, type: BUFER, storage: DISK, root: data/buffer, host: "-oProxyCommand=x", capacity: lots }
                      - { name: s3, type: LONG_TERM_ARCHIVE, storage: S3, endpoint: "https://me:secret@s3.example.org" }
                      - { name: odd, type: BUFFER, storage: DISK, root: "${scratch}/odd", priority: first }
                      - { name: root, type: BUFFER, storage: DISK, root: "/data/.." }
                      - words
                    instruments:
                      - { name: -cam, modules: [a b] }
                      - { name: spectrometer }
                transfer_routes:
                  - { to: cologne, rate_limit: 100MB, concurrency: many, time_windows: ["25:00-26:00"], type: AIR }
                """;
        assertThat(problems(text))
                .extracting(problem -> problem.replaceFirst("line \\d+ column \\d+: ", ""))
                .contains(
                        "site CCAT-North: short_name: \"CCAT-North\": wants 1 to 32 lower case letters and digits, such as cologne",
                        "site CCAT-North, geography: latitude: \"91\": wants degrees from -90 to 90",
                        "site CCAT-North, geography: longitude: \"west\": wants degrees from -180 to 180",
                        "site CCAT-North, geography: planet: there is no such key here",
                        "site CCAT-North: lta_weight: \"-1\": wants a whole number from 0 to 1000",
                        "site CCAT-North: active: \"maybe\": wants true or false",
                        "site CCAT-North, location Buffer!: name: \"Buffer!\": wants 1 to 64 lower case letters, digits and underscores, such as fast_buffer",
                        "site CCAT-North, location Buffer!: type: \"BUFER\": wants one of SOURCE, BUFFER, LONG_TERM_ARCHIVE, PROCESSING",
                        "site CCAT-North, location Buffer!: root: \"data/buffer\": wants an absolute path such as /data/buffer or ${home}/sites/cologne/buffer",
                        "site CCAT-North, location Buffer!: host: \"-oProxyCommand=x\": wants a host's name or address",
                        "site CCAT-North, location Buffer!: capacity: \"lots\": wants a size such as 500GB or 20TB",
                        "site CCAT-North, location s3: bucket: is missing; wants a bucket's name: 3 to 63 lower case letters, digits, '.' and '-'",
                        "site CCAT-North, location s3: credential: is missing; wants the name of a credential (never the secret itself)",
                        "site CCAT-North, location s3: endpoint: wants http://HOST:PORT or https://HOST, without user, path or query",
                        "site CCAT-North, location odd: root: ${scratch} has no value here; known: home",
                        "site CCAT-North, location odd: priority: \"first\": wants a whole number from 0 to 1000000",
                        "site CCAT-North, location root: root: \"/data/..\": wants an absolute path such as /data/buffer or ${home}/sites/cologne/buffer",
                        "site CCAT-North, instrument -cam: name: \"-cam\": wants 1 to 64 letters, digits, '_' and '-', such as prime-cam (not first: '_' and '-')",
                        "site CCAT-North, instrument spectrometer: modules: wants at least one module; for an instrument without parts write modules: [main]",
                        "transfer route without from → cologne: from: is missing; wants the short name of a site",
                        "transfer route without from → cologne: rate_limit: \"100MB\": wants a rate such as 150MB/s",
                        "transfer route without from → cologne: concurrency: \"many\": wants a whole number from 1 to 100",
                        "transfer route without from → cologne: type: \"AIR\": wants one of DIRECT, RELAY, CUSTOM")
                .noneMatch(problem -> problem.contains("secret@"));
    }

    @Test
    void what_one_pair_of_sites_shares_is_refused_where_a_route_has_two_and_so_is_a_window_without_time() {
        String text = GOOD.replace("method: cp,", "type: RELAY, relay: cologne, concurrency: 2,")
                .replace("22:00-04:00", "22:00-22:00");
        assertThat(problems(text))
                .anyMatch(problem -> problem.contains("time_windows: \"22:00-22:00\" ends when it begins"))
                .anyMatch(problem -> problem.contains("give them to the routes ccat → cologne and cologne → cologne"));
    }

    @Test
    void names_that_are_used_twice_are_refused() {
        String text = GOOD.replace("modules: [m2, m1] }", "modules: [m1, m1] }, { name: prime-cam, modules: [x] }")
                .replace("name: computer", "name: buffer")
                .replace("short_name: cologne", "short_name: ccat");
        assertThat(problems(text))
                .contains(
                        "site ccat is described twice; join the two or rename one",
                        "location ccat/buffer is described twice; join the two or rename one",
                        "site ccat, instrument prime-cam: module m1 is listed twice; remove one",
                        "instrument prime-cam is described twice; names of instruments are unique across all sites, rename one");
    }

    @Test
    void queues_with_one_name_are_refused() {
        operationTypes = Map.of(LocationType.BUFFER, Set.of("transfer"), LocationType.SOURCE, Set.of("fast_transfer"));
        assertThat(problems(GOOD.replace("name: computer", "name: link")
                        .replace("name: buffer, type: BUFFER", "name: link_fast, type: BUFFER")))
                .containsExactly(
                        "locations ccat/link and ccat/link_fast would share the queue ccat_link_fast_transfer; rename one of them");
    }

    @Test
    void a_site_without_a_buffer_on_disk_is_refused() {
        String text = GOOD.replace("buffer, type: BUFFER", "buffer, active: false, type: BUFFER")
                .replace("type: buffer", "type: PROCESSING");
        assertThat(problems(text))
                .containsExactly(
                        "site ccat has an active SOURCE but no active BUFFER on DISK; add one: packages pass through it",
                        "site cologne has an active LONG_TERM_ARCHIVE but no active BUFFER on DISK; add one: packages pass through it");
    }

    @Test
    void instruments_without_a_source_are_refused() {
        assertThat(problems(GOOD.replace("type: SOURCE", "type: PROCESSING")))
                .containsExactly(
                        "site ccat has instruments (prime-cam) but no active SOURCE that their files could lie in; add one");
    }

    @Test
    void a_topology_without_a_working_archive_is_refused() {
        assertThat(problems(GOOD.replace("name: lta,", "name: lta, active: false,")))
                .containsExactly("no site has an active LONG_TERM_ARCHIVE: data would have nowhere to go; add one");
        assertThat(problems(GOOD.replace("short_name: cologne\n", "short_name: cologne\n    lta_weight: 0\n")))
                .containsExactly(
                        "lta_weight is 0 at every site with an archive (cologne): none could receive data first; give one at least 1");
    }

    @Test
    void two_active_locations_in_one_place_are_refused_however_it_is_written() throws Exception {
        Path data = Files.createDirectories(home.resolve("ccat"));
        Files.createSymbolicLink(home.resolve("link"), data);
        assertThat(problems(GOOD.replace("${home}/ccat/buffer", "${home}/x/../link/computer")))
                .containsExactly(
                        ("locations ccat/computer (%s/ccat/computer) and ccat/buffer (%s/link/computer) lie on one path;"
                                        + " give each a folder of its own")
                                .formatted(home, home));
        assertThat(problems(GOOD.replace("${home}/ccat/buffer", "${home}/link")))
                .singleElement()
                .asString()
                .contains("lie inside each other");
        assertThat(problems(
                        GOOD.replace("${home}/ccat/buffer\"", "${home}/ccat/computer\", host: elsewhere.example.org")))
                .isEmpty();
        assertThat(problems(GOOD.replace(
                        "name: buffer, type: BUFFER, storage: DISK, root: \"${home}/ccat/buffer\" }",
                        "name: buffer, type: BUFFER, storage: DISK, root: /b }\n"
                                + "      - { name: old, type: BUFFER, storage: DISK, root: /b, active: false }")))
                .isEmpty();
    }

    @Test
    void a_root_that_is_a_file_or_a_dead_link_is_refused() throws Exception {
        Files.createFile(home.resolve("file"));
        Files.createSymbolicLink(home.resolve("dead"), home.resolve("nowhere"));
        assertThat(problems(GOOD.replace("${home}/ccat/buffer", "${home}/file")
                        .replace("${home}/ccat/computer", "${home}/dead/computer")))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("ccat/buffer") && problem.contains("is no folder"))
                .anyMatch(problem -> problem.contains("ccat/computer") && problem.contains("cannot be looked at"));
    }

    @Test
    void two_archives_in_one_bucket_need_prefixes_apart() {
        String second = """
                      - { name: lta2, type: LONG_TERM_ARCHIVE, storage: S3, bucket: archive, prefix: raw/new, credential: chasqui }
                transfer_routes:
                """;
        assertThat(problems(GOOD.replace("transfer_routes:\n", second)))
                .containsExactly(
                        "locations cologne/lta (archive/raw/) and cologne/lta2 (archive/raw/new/) lie inside each other; give each a folder of its own");
        assertThat(problems(GOOD.replace("transfer_routes:\n", second.replace("raw/new", "new"))))
                .isEmpty();
    }

    @Test
    void an_unknown_credential_is_refused() {
        assertThat(problems(GOOD.replace("credential: chasqui", "credential: other")))
                .containsExactly(
                        "location cologne/lta: there is no credential \"other\"; add it to the credentials of this service, or name another");
    }

    @Test
    void storage_that_this_version_cannot_work_with_is_refused() {
        String text = GOOD.replace("storage: S3, bucket: archive, prefix: raw, credential: chasqui", "storage: TAPE")
                .replace(
                        "storage: disk, root: /data/cologne/buffer/../buffer/",
                        "storage: S3, bucket: buffer, credential: chasqui");
        assertThat(problems(text))
                .extracting(problem -> problem.replaceFirst("line \\d+ column \\d+: ", ""))
                .containsExactlyInAnyOrder(
                        "site cologne, location lta: archive_command: a TAPE location wants a list of a program and its arguments",
                        "site cologne, location lta: recall_command: a TAPE location wants a list of a program and its arguments",
                        "site cologne, location lta: query_command: a TAPE location wants a list of a program and its arguments",
                        "site cologne, location lta: recall_root: is missing; wants an absolute path such as /data/buffer or ${home}/sites/cologne/buffer",
                        "site cologne has an active LONG_TERM_ARCHIVE but no active BUFFER on DISK; add one: packages pass through it",
                        "location cologne/buffer: a BUFFER on S3 is not possible; use DISK");
    }

    /** An archive on tape in place of the one in S3. */
    private static final String TAPE =
            GOOD.replace("storage: S3, bucket: archive, prefix: raw, credential: chasqui", """
            storage: TAPE, recall_root: /data/recalled,
                    archive_command: [/opt/tape/put, "{file}", "vault/{name}", "--sum={checksum}"],
                    recall_command: [/opt/tape/get, "{name}", "{file}"],
                    query_command: [/opt/tape/where, "{name}"]""");

    @Test
    void an_archive_on_tape_needs_three_commands_and_a_place_for_what_comes_back() {
        List<String> problems = new ArrayList<>();
        TopologyFile file = reader(problems).read(TAPE);

        assertThat(problems(TAPE)).isEmpty();
        Tape tape = file.locations().get(3).tape();
        assertThat(tape.recallRoot()).isEqualTo(Path.of("/data/recalled"));
        assertThat(tape.commands().archive())
                .containsExactly("/opt/tape/put", "{file}", "vault/{name}", "--sum={checksum}");
        assertThat(tape.commands().checksum()).isNull();
    }

    @Test
    void every_problem_with_the_commands_of_a_tape_library_is_listed() {
        String text = TAPE.replace("[/opt/tape/put, \"{file}\", \"vault/{name}\"", "[put, \"{files}\"")
                .replace("[/opt/tape/get, \"{name}\", \"{file}\"]", "[\"{file}\"]")
                .replace("where, \"{name}\"]", "where, \"{file}\"], checksum_command: [/opt/tape/sum]")
                .replace("/data/recalled", "/data/cologne/buffer/recalled");
        assertThat(problems(text))
                .extracting(problem -> problem.replaceFirst("line \\d+ column \\d+: ", ""))
                .containsExactlyInAnyOrder(
                        "site cologne, location lta: archive_command: \"put\" wants to be the absolute path of a program",
                        "site cologne, location lta: archive_command: {file} is missing among its arguments",
                        "site cologne, location lta: archive_command: {name} is missing among its arguments",
                        "site cologne, location lta: archive_command: {files} has no meaning here; known: {file}, {name}, {size}, {checksum}",
                        "site cologne, location lta: recall_command: \"{file}\" wants to be the absolute path of a program",
                        "site cologne, location lta: recall_command: the program itself cannot be a placeholder",
                        "site cologne, location lta: recall_command: {file} is missing among its arguments",
                        "site cologne, location lta: recall_command: {name} is missing among its arguments",
                        "site cologne, location lta: query_command: {name} is missing among its arguments",
                        "site cologne, location lta: query_command: {file} has no meaning here; known: {name}",
                        "site cologne, location lta: checksum_command: {name} is missing among its arguments",
                        "locations cologne/buffer (/data/cologne/buffer) and cologne/lta (/data/cologne/buffer/recalled) lie inside each other; give each a folder of its own");
    }

    @Test
    void single_packages_go_straight_to_tape_only_where_no_other_archive_is_filled_from_there() {
        String direct = TAPE.replace("method: cp,", "type: DIRECT,");
        assertThat(problems(direct)).isEmpty();
        String two = direct.replace("transfer_routes:\n", """
                  - short_name: us
                    locations:
                      - { name: buffer, type: BUFFER, storage: DISK, root: /data/us/buffer }
                      - { name: lta, type: LONG_TERM_ARCHIVE, storage: DISK, root: /data/us/lta }
                transfer_routes:
                """);
        assertThat(problems(two))
                .singleElement()
                .asString()
                .contains("a DIRECT route cannot end on tape (location cologne/lta) while other sites have archives");
    }

    @Test
    void only_an_archive_can_be_on_tape() {
        String text = TAPE.replace("name: lta, type: LONG_TERM_ARCHIVE", "name: lta, type: PROCESSING");
        assertThat(problems(text)).contains("location cologne/lta: a PROCESSING on TAPE is not possible; use DISK");
    }

    @Test
    void routes_between_things_that_do_not_exist_are_refused() {
        String text =
                GOOD.replace("method: cp,", "method: pigeon, origin_location: computer, destination_location: nowhere,")
                        + """
                  - { from: ccat, to: mars }
                  - { from: ccat, to: ccat }
                  - { from: ccat, to: cologne, type: RELAY, active: false }
                  - { from: cologne, to: ccat, type: DIRECT, relay: mars, forbidden: true }
                """;
        assertThat(problems(text))
                .containsExactlyInAnyOrder(
                        "transfer route ccat → cologne: origin_location: ccat/computer is a SOURCE; name a BUFFER",
                        "transfer route ccat → cologne: destination_location: there is no location \"nowhere\" at cologne; name one of its buffers",
                        "transfer route ccat → cologne: there is no transfer method \"pigeon\"; known: bbcp, cp",
                        "transfer route ccat → mars: to: there is no site \"mars\"; describe it under sites or name another",
                        "transfer route ccat → ccat: begins and ends at one site; remove it, nothing is transferred within a site",
                        "transfer route ccat → cologne: there are two with priority 100; give one another: it tells routes of one pair apart",
                        "transfer route ccat → cologne: relay: a RELAY route names one, and no other route does",
                        "transfer route cologne → ccat: relay: there is no site \"mars\"; describe it under sites or name another",
                        "transfer route cologne → ccat: relay: a RELAY route names one, and no other route does");
    }

    @Test
    void a_relay_with_a_buffer_and_two_open_hops_is_accepted() {
        assertThat(problems(relayed("""
                  - { from: ccat, to: cologne, type: RELAY, relay: santiago }
                """))).isEmpty();
    }

    @Test
    void a_relay_that_cannot_send_on_is_refused_with_what_is_in_its_way() {
        assertThat(problems(relayed("""
                  - { from: ccat, to: cologne, type: RELAY, relay: cologne, priority: 1 }
                  - { from: ccat, to: cologne, type: RELAY, relay: valparaiso, priority: 2, destination_location: buffer }
                  - { from: ccat, to: cologne, type: RELAY, relay: santiago, priority: 3 }
                  - { from: ccat, to: santiago, forbidden: true }
                  - { from: santiago, to: cologne, type: RELAY, relay: valparaiso }
                  - { from: valparaiso, to: cologne, forbidden: true }
                """)))
                .containsExactlyInAnyOrder(
                        "transfer route ccat → cologne: relay: cologne is an end of the route; name the site in the middle, or make it CUSTOM",
                        "transfer route ccat → cologne: relay: destination_location is for the last hop; name it in a route valparaiso → cologne",
                        "transfer route ccat → cologne: relay: valparaiso has no active BUFFER on DISK to keep transfer packages in; add one, or switch the route off (active: false)",
                        "transfer route ccat → cologne: relay: the way valparaiso → cologne is forbidden; allow it, or name another",
                        "transfer route ccat → cologne: relay: the way ccat → santiago is forbidden; allow it, or name another",
                        "transfer route ccat → cologne: relay: santiago reaches cologne only over a further relay; a journey has one at most",
                        "transfer route santiago → cologne: relay: valparaiso has no active BUFFER on DISK to keep transfer packages in; add one, or switch the route off (active: false)",
                        "transfer route santiago → cologne: relay: the way valparaiso → cologne is forbidden; allow it, or name another");
    }

    @Test
    void a_direct_route_ends_in_the_one_archive_of_its_site() {
        String direct = "method: cp, type: DIRECT, destination_location: %s,";
        assertThat(problems(GOOD.replace("method: cp,", direct.formatted("lta"))))
                .isEmpty();
        assertThat(problems(GOOD.replace("method: cp,", direct.formatted("buffer"))
                        .replace(
                                "      - { name: lta,",
                                "      - { name: other, type: LONG_TERM_ARCHIVE, storage: DISK, root: /data/other }\n"
                                        + "      - { name: lta,")))
                .containsExactlyInAnyOrder(
                        "transfer route ccat → cologne: destination_location: cologne/buffer is a BUFFER; name a LONG_TERM_ARCHIVE",
                        "transfer route ccat → cologne: a DIRECT route ends in the archive of cologne, which has 2 active ones; let it have one, or make the route CUSTOM");
    }

    /** The good topology with two sites in the middle, one of them without a buffer, and these routes. */
    private static String relayed(String routes) {
        return GOOD.substring(0, GOOD.indexOf("transfer_routes:")) + """
                  - short_name: santiago
                    locations: [ { name: buffer, type: BUFFER, storage: DISK, root: /data/santiago } ]
                  - short_name: valparaiso
                transfer_routes:
                """ + routes;
    }

    @Test
    void a_source_whose_every_way_is_forbidden_is_refused() {
        assertThat(problems(GOOD.replace("method: cp,", "forbidden: true,")))
                .containsExactly(
                        "site ccat has a SOURCE, and the way to every archive site with a weight is forbidden; allow one");
        assertThat(problems(GOOD.replace("method: cp,", "forbidden: true,")
                        + "  - { from: ccat, to: cologne, priority: 5 }\n"))
                .isEmpty();
    }

    private TopologyFileReader reader(List<String> problems) {
        return new TopologyFileReader(Map.of("home", home.toString()), problems);
    }

    private List<String> problems(String text) {
        List<String> problems = new ArrayList<>();
        TopologyFile file = reader(problems).read(text);
        if (file != null) {
            Surroundings surroundings =
                    new Surroundings(Map.of(), Set.of("cp", "bbcp"), name -> name.equals("chasqui"));
            problems.addAll(new TopologyRules(surroundings, operationTypes).problems(file));
        }
        return problems;
    }
}
