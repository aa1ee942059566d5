package chasqui.demo;

import chasqui.pipeline.Stage;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One bar per stage, drawn from the moment the stage has its first file, so that its rate is its own. */
final class StageBars implements Display {
    private static final long KIB = 1024;
    private static final long MIB = KIB * KIB;

    private final Map<Stage, ProgressBar> bars = new EnumMap<>(Stage.class);

    @Override
    public void show(Line line) {
        if (line.files() == 0 && line.bytes() == 0) {
            return;
        }
        long unit = line.bytesTotal() < 10 * MIB ? KIB : MIB;
        ProgressBar bar = bars.computeIfAbsent(line.stage(), stage -> new ProgressBarBuilder()
                .setTaskName(String.format("%d %-10s", stage.ordinal(), stage.packageName()))
                .setInitialMax(line.bytesTotal())
                .setUnit(unit == KIB ? " KiB" : " MiB", unit)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .setSpeedUnit(ChronoUnit.SECONDS)
                .showSpeed()
                .build());
        bar.maxHint(line.bytesTotal());
        bar.stepTo(line.done() ? line.bytesTotal() : Math.min(line.bytes(), line.bytesTotal()));
        bar.setExtraMessage(line.files() + "/" + line.filesTotal() + " files");
        if (line.done()) {
            bar.pause();
            bar.refresh();
        }
    }

    @Override
    public void close() {
        bars.values().forEach(ProgressBar::close);
    }
}
