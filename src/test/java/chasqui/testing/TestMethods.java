package chasqui.testing;

import chasqui.bbcp.BbcpOptions;
import chasqui.runtime.BbcpExec;
import chasqui.storage.S3Clients;
import chasqui.transfer.BbcpMethod;
import chasqui.transfer.BbcpSettings;
import chasqui.transfer.CommandMethod;
import chasqui.transfer.CopyMethod;
import chasqui.transfer.S3CopyMethod;
import chasqui.transfer.S3DownloadMethod;
import chasqui.transfer.S3UploadMethod;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The beans that routes/transfer-methods.camel.yaml names: all of them, because Camel wants them at its start. */
public final class TestMethods {
    private TestMethods() {}

    /** With a bbcp that is not there. */
    public static Map<String, Object> beans() {
        return beans(bbcp("/nowhere/bbcp", Duration.ofMinutes(1)));
    }

    public static Map<String, Object> beans(BbcpSettings bbcp) {
        Map<String, Object> beans = new HashMap<>();
        beans.put("copyMethod", new CopyMethod());
        // Never closed: they open nothing before they are asked for a store.
        S3Clients none = new S3Clients(null);
        beans.put("s3UploadMethod", new S3UploadMethod(none));
        beans.put("s3DownloadMethod", new S3DownloadMethod(none));
        beans.put("s3CopyMethod", new S3CopyMethod(none));
        beans.put("commandMethod", new CommandMethod(TapeStandIn.patient()));
        beans.put("bbcpMethod", new BbcpMethod(bbcp));
        beans.put("bbcpExec", new BbcpExec());
        return beans;
    }

    public static BbcpSettings bbcp(String program, Duration stall) {
        return new BbcpSettings(program, BbcpOptions.DEFAULT, stall, 1 << 20);
    }
}
