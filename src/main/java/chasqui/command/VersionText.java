package chasqui.command;

import chasqui.runtime.Version;
import picocli.CommandLine.IVersionProvider;

final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"chasqui " + Version.version() + " (Java " + System.getProperty("java.version") + ")"};
    }
}
