package chasqui.runtime;

import chasqui.filing.FilingDesk;
import java.io.File;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;

/** Which requests in the spool are read now. */
final class SpoolFilter implements GenericFileFilter<File> {
    private final FilingDesk desk;

    SpoolFilter(FilingDesk desk) {
        this.desk = desk;
    }

    @Override
    public boolean accept(GenericFile<File> file) {
        return !file.isDirectory() && desk.due(file.getFile());
    }
}
