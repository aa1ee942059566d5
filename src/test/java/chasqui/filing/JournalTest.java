package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.filing.Journal.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final long PLENTY = 1 << 30;

    @TempDir
    private Path folder;

    private static JournalEntry entry(String observation) {
        return new JournalEntry("ccat/source", "camera", null, observation, null, null, "test", Instant.EPOCH);
    }

    private static List<String> observations(Journal journal, Position from) {
        List<String> found = new ArrayList<>();
        Position position = from;
        JournalPart part;
        do {
            part = journal.read(position, 3);
            part.entries().forEach(entry -> found.add(entry.observation()));
            position = part.next();
        } while (!part.atEnd() || !part.entries().isEmpty());
        return found;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    @Test
    void what_was_kept_is_read_in_order_by_the_next_process_too() {
        try (Journal journal = new Journal(folder, PLENTY)) {
            journal.append(List.of(entry("a"), entry("b")));
            journal.append(List.of(entry("c"), entry("d")));
            assertThat(observations(journal, Position.START)).containsExactly("a", "b", "c", "d");
        }
        try (Journal journal = new Journal(folder, PLENTY)) {
            journal.append(List.of(entry("e")));
            assertThat(observations(journal, Position.START)).containsExactly("a", "b", "c", "d", "e");
        }
    }

    @Test
    void a_line_of_a_later_version_is_not_damaged_and_waits_for_one_that_knows_it() throws Exception {
        byte[] json = "{\"location\":\"ccat/source\",\"unheard_of\":1}".getBytes(StandardCharsets.UTF_8);
        CRC32C crc = new CRC32C();
        crc.update(json);
        String line = HexFormat.of().toHexDigits((int) crc.getValue()) + " " + new String(json, StandardCharsets.UTF_8);
        Files.writeString(folder.resolve("0000000000000000007.journal"), line + "\n");
        for (int start = 0; start < 2; start++) {
            try (Journal journal = new Journal(folder, PLENTY)) {
                journal.append(List.of(entry("a")));
                JournalPart part = journal.read(Position.START, 10);
                assertThat(part.entries()).isEmpty();
                journal.done(journal.read(part.next(), 10).next());
                assertThat(journal.damaged()).isEmpty();
                assertThat(journal.failed()).containsExactly("0000000000000000007.journal.failed");
            }
        }
        assertThat(folder.resolve("0000000000000000007.journal.failed")).hasContent(line);
    }

    @Test
    void a_line_that_a_crash_has_torn_hides_nothing_before_or_after_it() throws Exception {
        try (Journal journal = new Journal(folder, PLENTY)) {
            journal.append(List.of(entry("a"), entry("b")));
        }
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        for (int cut = 1; cut < 60; cut += 7) {
            Files.write(file, java.util.Arrays.copyOf(whole, whole.length - cut));
            try (Journal journal = new Journal(folder, PLENTY)) {
                journal.append(List.of(entry("c")));
                assertThat(observations(journal, Position.START)).containsExactly("a", "c");
                assertThat(journal.read(Position.START, 9).damaged()).isZero();
            }
            Files.delete(files().get(1));
        }
    }

    @Test
    void a_damaged_line_is_passed_over_and_its_file_is_kept_for_people() throws Exception {
        try (Journal journal = new Journal(folder, PLENTY)) {
            journal.append(List.of(entry("a"), entry("bad"), entry("c")));
        }
        Path file = files().get(0);
        Files.writeString(file, Files.readString(file).replace("\"bad\"", "\"BAD\""));
        try (Journal journal = new Journal(folder, PLENTY)) {
            JournalPart part = journal.read(Position.START, 9);
            assertThat(part.entries()).extracting(JournalEntry::observation).containsExactly("a", "c");
            journal.done(part.next());
            assertThat(journal.bytes()).isZero();
            assertThat(journal.damaged()).containsExactly(file.getFileName() + ".damaged");
        }
    }

    @Test
    void what_is_done_with_leaves_the_disk_and_nothing_else_does() throws Exception {
        try (Journal journal = new Journal(folder, PLENTY)) {
            journal.append(List.of(entry("a")));
            JournalPart part = journal.read(Position.START, 9);
            journal.append(List.of(entry("b")));
            journal.done(part.next());
            assertThat(observations(journal, part.next())).containsExactly("b");
            assertThat(files()).hasSize(1);
            journal.done(journal.read(part.next(), 9).next());
            assertThat(files()).isEmpty();
            journal.append(List.of(entry("c")));
            assertThat(observations(journal, part.next())).containsExactly("c");
        }
    }

    @Test
    void a_full_journal_refuses_and_keeps_what_it_has() {
        try (Journal journal = new Journal(folder, 400)) {
            journal.append(List.of(entry("a")));
            assertThatThrownBy(() -> journal.append(List.of(entry("b"), entry("c"), entry("d"))))
                    .isInstanceOf(JournalFull.class)
                    .hasMessageContaining("chasqui.filing.journal-limit");
            journal.append(List.of(entry("e")));
            assertThat(observations(journal, Position.START)).containsExactly("a", "e");
            journal.done(journal.read(Position.START, 9).next());
            journal.append(List.of(entry("f")));
        }
    }

    /** Tells a lost page once, as Linux does: to the first who asks, and only after others have written, too. */
    private static JournalFile.Forcing losingOnce(Callable<Boolean> others) {
        AtomicBoolean told = new AtomicBoolean();
        return channel -> {
            if (!told.getAndSet(true)) {
                Awaitility.await().until(others);
                throw new IOException("Input/output error");
            }
            channel.force(false);
        };
    }

    @Test
    void what_the_disk_lost_is_acknowledged_to_none_of_those_who_wrote_it() throws Exception {
        AtomicReference<Journal> shared = new AtomicReference<>();
        long line = JournalLine.of(entry("a")).length;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Journal journal =
                new Journal(folder, PLENTY, losingOnce(() -> shared.get().bytes() == 2 * line))) {
            shared.set(journal);
            List<Future<?>> both = List.of(
                    threads.submit(() -> journal.append(List.of(entry("a")))),
                    threads.submit(() -> journal.append(List.of(entry("b")))));
            for (Future<?> one : both) {
                assertThatThrownBy(one::get).hasCauseInstanceOf(JournalFull.class);
            }
            journal.append(List.of(entry("c")));
            assertThat(observations(journal, Position.START)).containsExactly("c");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void many_writers_and_a_reader_that_removes_lose_and_double_nothing() throws Exception {
        int writers = 16;
        int each = 200;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        List<String> read = new ArrayList<>();
        try (Journal journal = new Journal(folder, PLENTY)) {
            List<Future<?>> writing = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                String name = "w" + writer + "-";
                writing.add(threads.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        journal.append(List.of(entry(name + i)));
                    }
                }));
            }
            Position position = Position.START;
            boolean last;
            do {
                last = writing.stream().allMatch(Future::isDone);
                JournalPart part;
                do {
                    part = journal.read(position, 50);
                    part.entries().forEach(entry -> read.add(entry.observation()));
                    position = part.next();
                    journal.done(position);
                } while (!part.atEnd() || !part.entries().isEmpty());
            } while (!last);
            for (Future<?> one : writing) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(read).hasSize(writers * each).doesNotHaveDuplicates();
        for (int writer = 0; writer < writers; writer++) {
            String name = "w" + writer + "-";
            assertThat(read.stream().filter(one -> one.startsWith(name)).map(one -> one.substring(name.length())))
                    .as("in the order of each writer")
                    .isSortedAccordingTo(java.util.Comparator.comparing(Integer::valueOf));
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void a_line_of_another_program_is_damage_and_no_crash() throws Exception {
        Path file = JournalFile.name(folder, 1);
        Files.write(file, "garbage\n\n0badc0de {}\n".getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE);
        try (Journal journal = new Journal(folder, PLENTY)) {
            assertThat(journal.read(Position.START, 9).damaged()).isEqualTo(3);
        }
    }
}
