namespace NodeForge;

/// <summary>Takes what happens, as it happens. Only a front end prints.</summary>
/// <remarks>Called from any thread; implementations must not block.</remarks>
public interface IForgeReporter
{
    void Report(ForgeEvent happened);
}

/// <summary>Hears nothing.</summary>
public sealed class SilentReporter : IForgeReporter
{
    public static SilentReporter Instance { get; } = new();

    public void Report(ForgeEvent happened) { }
}
