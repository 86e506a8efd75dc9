using System.Diagnostics.CodeAnalysis;
using NodeForge;
using NodeForge.Oci;
using NodeForge.Oci.Content;

/// <summary>Lets a test run code of the library in a process of its own: <c>DOTNET_STARTUP_HOOKS</c> names this assembly, the environment
/// names the work.</summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for this name in no namespace.")]
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("NODEFORGE_TEST_WORK") is not { } work)
            return;
        BlobStore store = new(Environment.GetEnvironmentVariable("NODEFORGE_TEST_STORE")!);
        try
        {
            Run(work, store);
            Environment.Exit(0);
        }
        catch (NodeForgeException failure)
        {
            Console.WriteLine(failure.Message);
            Environment.Exit((int)failure.ExitCode);
        }
    }

    private static void Run(string work, BlobStore store)
    {
        if (work == "write-without-end")
        {
            using BlobIngest ingest = store.BeginIngest();
            ingest.Write(new byte[100_000]);
            Console.WriteLine("written");
            Thread.Sleep(Timeout.Infinite);
        }

        if (work == "no-handles")
        {
            WithoutHandles(store);
            return;
        }

        if (work == "same-blobs")
        {
            for (int i = 0; i < 50; i++)
                store.Write(SameBlob(i));
            return;
        }

        using BlobIngest large = store.BeginIngest();
        byte[] piece = new byte[1 << 16];
        for (int i = 0; i < 64; i++)
            large.Write(piece);
        large.Commit();
    }

    public static byte[] SameBlob(int number)
    {
        byte[] blob = new byte[50_000];
        new Random(number).NextBytes(blob);
        return blob;
    }

    // What the runtime itself opens at its first hash and its first diagnostic is open before; what it opens to print one can be opened
    // again.
    private static void WithoutHandles(BlobStore store)
    {
        store.Write([1]);
        _ = AtomicFile.Explain("", new IOException()).Message;
        List<FileStream> taken = [];
        try
        {
            while (true)
                taken.Add(File.OpenRead("/dev/null"));
        }
        catch (IOException)
        {
            try
            {
                store.Write([2]);
            }
            finally
            {
                taken.ForEach(handle => handle.Dispose());
            }
        }
    }
}
