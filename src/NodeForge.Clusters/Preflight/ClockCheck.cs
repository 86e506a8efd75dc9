using System.Globalization;
using NodeForge.Kubernetes.Certificates;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether this machine's clock can be right, and the engine's agrees with it: certificates are of a time.</summary>
internal sealed class ClockCheck : IMachineCheck
{
    // The .NET that this program needs is of November 2025; a machine without a battery wakes up in 1970.
    private static readonly DateTimeOffset Earliest = new(2025, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(5);

    public string Name => "clock";

    public CheckResult Judge(MachineFacts facts)
    {
        (DateTimeOffset asked, DateTimeOffset answered) = facts.Time;
        List<Diagnostic> problems = [.. (facts.Engine?.Images ?? []).Select(image => OfImage(image, answered)).OfType<Diagnostic>()];
        if (answered < Earliest)
            problems.Add(Behind("this machine's clock is behind", answered, $"after {Text(Earliest)}"));
        if (facts.Engine?.Information.SystemTime is not { Length: > 0 } said || !Parse(said, out DateTimeOffset engine))
            return new(Text(answered), problems);
        // While it was asked the clock went on: only what lies outside of that differs.
        TimeSpan difference =
            engine < asked ? asked - engine
            : engine > answered ? engine - answered
            : TimeSpan.Zero;
        if (difference > Apart)
            problems.Add(Differs(engine, answered, difference, isBehind: engine < asked));
        return new(Text(answered) + (difference > Apart ? string.Empty : ", as the engine's"), problems);
    }

    private static Diagnostic? OfImage(WantedImage image, DateTimeOffset now)
    {
        if (image.Details?.Created is not { } text || !Parse(text, out DateTimeOffset created) || now >= created)
            return null;
        Diagnostic problem = Behind("this machine's clock says that the image is not made yet", now, $"after {Text(created)}") with
        {
            Where = new(image.Reference),
        };
        return now < created - Year ? problem : problem with { Severity = Severity.Warning };
    }

    private static Diagnostic Behind(string what, DateTimeOffset now, string want) =>
        new(ErrorCodes.ClockWrong, what)
        {
            Got = Text(now),
            Want = want,
            Hint = "set it: timedatectl set-ntp true, or date -s",
        };

    // A node that is further behind takes the cluster's certificates for not valid yet.
    private static Diagnostic Differs(DateTimeOffset engine, DateTimeOffset own, TimeSpan difference, bool isBehind) =>
        new(ErrorCodes.ClockWrong, "the engine's clock and this machine's differ")
        {
            Severity = isBehind && difference > CertificateAuthority.Skew ? Severity.Error : Severity.Warning,
            Got = $"the engine's is {Text(engine)}, this machine's {Text(own)}",
            Want = string.Create(CultureInfo.InvariantCulture, $"at most {Apart.TotalSeconds} s between them"),
            Hint = "let both take the time from a server: timedatectl set-ntp true; set the clock of a virtual machine that slept",
        };

    private static bool Parse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
}
