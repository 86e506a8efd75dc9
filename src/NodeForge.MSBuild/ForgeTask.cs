using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace NodeForge.MSBuild;

/// <summary>A task that calls the house: the host it is for, one place where failure becomes errors of the build, and Ctrl-C.</summary>
/// <remarks>Several builds with other folders and variables may run in one process (<c>-mt</c>): what a task knows of its own comes from
/// its <see cref="TaskEnvironment"/>.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "MSBuild disposes of no task, and a source without a timer holds nothing.")]
public abstract class ForgeTask : MSBuildTask, ICancelableTask, IMultiThreadableTask
{
    private readonly CancellationTokenSource interruption = new();

    /// <summary>Given by MSBuild before the task is executed.</summary>
    public TaskEnvironment TaskEnvironment { get; set; } = null!;

    /// <summary>The project, for errors that are in it.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <summary>Where content is kept; empty: as the command line has it.</summary>
    public string? Cache { get; set; }

    private protected HostEnvironment Host { get; private set; } = null!;

    private protected TaskMessages Messages { get; private set; } = null!;

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            Host = HostOfTask();
            Messages = new(Log, Host);
            RunAsync(new Forge(ForgeOptions.From(Host), Messages), interruption.Token).GetAwaiter().GetResult();
        }
        catch (Exception) when (interruption.IsCancellationRequested)
        {
            // MSBuild says itself that the build was cancelled.
            return false;
        }
        catch (NodeForgeException failure)
        {
            Tell(failure, Project);
        }
        catch (Exception bug)
        {
            new TaskMessages(Log, Host).Tell(
                new Diagnostic(ErrorCodes.Bug, $"{bug.GetType().Name}: {bug.Message}")
                {
                    Hint = "run it again with -v:detailed and report what it prints",
                },
                Project
            );
            Log.LogMessage(MessageImportance.Low, "{0}", bug);
        }

        return !Log.HasLoggedErrors && !interruption.IsCancellationRequested;
    }

    /// <inheritdoc/>
    public void Cancel() => interruption.Cancel();

    /// <summary>Does the work.</summary>
    private protected abstract Task RunAsync(Forge forge, CancellationToken cancellationToken);

    /// <summary>Runs work for one item, so that what is wrong with it keeps nobody from hearing what is wrong with the others.</summary>
    private protected async Task ForAsync(string file, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (NodeForgeException failure)
        {
            Tell(failure, file);
        }
    }

    private void Tell(NodeForgeException failure, string file)
    {
        foreach (Diagnostic problem in failure.Diagnostics)
            new TaskMessages(Log, Host).Tell(problem, file);
    }

    private HostEnvironment HostOfTask()
    {
#pragma warning disable RS0030 // A front end makes the host.
        HostEnvironment process = HostEnvironment.FromProcess();
#pragma warning restore RS0030
        HostEnvironment host = process with
        {
            Variables = TaskEnvironment.GetEnvironmentVariables(),
            WorkingFolder = TaskEnvironment.ProjectDirectory.Value,
        };
        host = host with { Home = host.Variable("HOME") ?? process.Home };
        return string.IsNullOrEmpty(Cache) ? host : host.With("NODEFORGE_CACHE", host.Resolve(Cache));
    }
}
