using System.Text;
using System.Text.RegularExpressions;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Nothing is left of the machine that built, and nothing that belongs to one machine alone.</summary>
internal sealed partial class LeftoverCheck : ImageCheck
{
    private const int MostFindings = 50;

    public override string Group => "leftovers";

    public override string Name => "what a build leaves";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        int told = 0;
        foreach (RootfsEntry entry in image.Entries)
        {
            if (
                entry.Header.Kind != TarEntryKind.File
                || NodeFiles.IsOfPreloaded(entry.Header.Path)
                || Judge(image, entry) is not { } problem
            )
                continue;
            findings.Add(problem);
            if (++told == MostFindings)
                break;
        }

        findings.Summary = "machine ids, keys, logs, package lists, traces of the builder";
    }

    private static Diagnostic? Judge(ExaminedImage image, RootfsEntry entry)
    {
        string path = entry.Header.Path;
        FileFacts? facts = entry.Content as FileFacts;
        if (path is "etc/machine-id" or "var/lib/dbus/machine-id" && entry.Header.Size > 0 && !IsUninitialized(facts))
            return Problem(ErrorCodes.MachineIdLeft, "the image has a machine id", image, entry);
        if ((facts?.IsPrivateKey == true && !IsExample(path)) || HostKey().IsMatch(path))
            return Problem(ErrorCodes.PrivateKeyLeft, "the image has a private key", image, entry);
        if (entry.Header.Size == 0)
            return null;
        if (path.StartsWith("var/log/", StringComparison.Ordinal))
            return Problem(ErrorCodes.LogLeft, "the image has a log", image, entry);
        if (PackageLists().IsMatch(path))
            return Problem(ErrorCodes.PackageListsLeft, "the image has package lists or archives", image, entry);
        return Traces().IsMatch(path)
            ? Problem(ErrorCodes.BuildTraceLeft, "the image has a trace of the machine that built it", image, entry)
            : null;
    }

    // systemd takes the word for an empty file (machine-id(5)).
    private static bool IsUninitialized(FileFacts? facts) =>
        facts?.Bytes is { } bytes && Encoding.UTF8.GetString(bytes.Span).Trim() is "uninitialized" or "";

    private static bool IsExample(string path) =>
        path.StartsWith("usr/share/doc/", StringComparison.Ordinal) || path.Contains("/testdata/", StringComparison.Ordinal);

    private static Diagnostic Problem(ErrorCode code, string what, ExaminedImage image, RootfsEntry entry) =>
        new(code, what) { Where = image.Where(entry), Got = FormattableString.Invariant($"{entry.Header.Size} bytes") };

    [GeneratedRegex(@"\Aetc/ssh/ssh_host_\w+_key\z")]
    private static partial Regex HostKey();

    [GeneratedRegex(
        @"\Avar/(?:lib/apt/lists/(?!partial/?\z|lock\z).+|cache/apt/.+\.bin|cache/apt/archives/.+\.deb|cache/debconf/.+-old|lib/dpkg/.+-old)\z"
    )]
    private static partial Regex PackageLists();

    [GeneratedRegex(
        @"\A(?:etc/(?:resolv\.conf|hostname)|etc/(?:passwd|group|shadow|gshadow|subuid|subgid)-|var/cache/ldconfig/aux-cache|var/lib/systemd/random-seed|var/lib/systemd/catalog/database|run/(?!lock).+|tmp/.+|var/tmp/.+|root/\.bash_history)\z"
    )]
    private static partial Regex Traces();
}
