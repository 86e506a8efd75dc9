using System.Diagnostics;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary>A program that serves until the test is over; it is the only process that is ended.</summary>
internal sealed class Service : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> errors;

    private Service(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it and waits until it serves.</summary>
    public static async Task<Service> StartAsync(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string?> variables,
        Func<Task<bool>> serves
    )
    {
        Service service = new(ProgramRun.Start(command, variables));
        long begun = Stopwatch.GetTimestamp();
        while (!await serves())
        {
            Assert.False(
                service.process.HasExited,
                $"{string.Join(' ', command)} ended{(service.process.HasExited ? $" and said:\n{await service.errors}" : "")}"
            );
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"{string.Join(' ', command)} did not serve within {Patience}");
            await Task.Delay(50);
        }

        return service;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            // SIGTERM, so that it can clean up.
            await ProgramRun.TryAsync(["kill", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            using CancellationTokenSource patience = new(Patience);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }

        process.Dispose();
    }
}
